import Foundation
import Testing

@testable import Tokenization

@Suite("Parity with the tokenizers package")
struct ReferenceTests {
    @Test("Encodes every text as the tokenizers package does", arguments: Fixture.names)
    func encodes(name: String) throws {
        let fixture = try Fixture(name)
        for (text, expected) in fixture.cases {
            let ids = fixture.tokenizer.encode(text, addingSpecialTokens: false)
            #expect(ids == expected.ids, "\(name): \(text.debugDescription.prefix(80))")
        }
    }

    @Test("Adds special tokens as the tokenizers package does", arguments: Fixture.names)
    func addsSpecialTokens(name: String) throws {
        let fixture = try Fixture(name)
        for (text, expected) in fixture.cases {
            let ids = fixture.tokenizer.encode(text, addingSpecialTokens: true)
            #expect(
                ids == expected.before + expected.ids + expected.after, "\(name): \(text.debugDescription.prefix(80))")
        }
    }

    @Test("Decodes ids as the tokenizers package does, with and without special tokens", arguments: Fixture.names)
    func decodes(name: String) throws {
        let fixture = try Fixture(name)
        for (text, expected) in fixture.cases {
            let ids = expected.before + expected.ids + expected.after
            for (skipping, decoded) in zip([true, false], expected.decoded) {
                let ours = fixture.tokenizer.decode(ids, skippingSpecialTokens: skipping)
                #expect(sameScalars(ours, decoded ?? text), "\(name): \(text.debugDescription.prefix(80))")
            }
        }
    }

    @Test("Decodes broken UTF-8 and unknown ids as the tokenizers package does", arguments: Fixture.names)
    func decodesOddIDs(name: String) throws {
        let fixture = try Fixture(name)
        try #require(!fixture.reference.decoding.isEmpty)
        for odd in fixture.reference.decoding {
            let ours = fixture.tokenizer.decode(odd.ids, skippingSpecialTokens: true)
            #expect(sameScalars(ours, odd.text), "\(name): \(odd.ids)")
        }
    }

    @Test("The vocabulary has the same size as in the tokenizers package", arguments: Fixture.names)
    func counts(name: String) throws {
        let fixture = try Fixture(name)
        #expect(fixture.tokenizer.vocabularySize == fixture.reference.size)
    }

    @Test("Streaming ids gives the same text as decoding them at once", arguments: Fixture.names)
    func streams(name: String) throws {
        let fixture = try Fixture(name)
        let tokenizer = fixture.tokenizer
        let sequences = fixture.cases.map(\.expected.ids) + fixture.reference.decoding.map(\.ids)
        for ids in sequences {
            var stream = DecodeStream(tokenizer, skippingSpecialTokens: true)
            var text = ids.reduce(into: "") { $0 += stream.append($1) }
            text += stream.finish()
            #expect(sameScalars(text, tokenizer.decode(ids, skippingSpecialTokens: true)), "\(name): \(ids.prefix(20))")
        }
    }
}
