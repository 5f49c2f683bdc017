import Imaging
import NIOCore
import Testing

@testable import Server

@Suite("Form reader")
struct FormReaderTests {
    private let layout = Form.Layout(fileField: "image", textFields: ["prompt"], maxFileBytes: 100, maxTextBytes: 10)

    /// The same where unknown fields are passed over.
    private var lenient: Form.Layout {
        var layout = layout
        layout.refusesUnknownFields = false
        return layout
    }

    private func read(_ form: TestForm, layout: Form.Layout? = nil) throws -> Form {
        var reader = try FormReader(boundary: TestForm.boundary, layout: layout ?? self.layout)
        try reader.receive(form.body)
        try reader.checkEnd()
        let taken = reader.takeFile()
        let file = try #require(taken)
        return Form(file: try file.content.get(), fileHash: file.hash, fileName: file.name, texts: reader.texts)
    }

    @Test("Reads the file and the known fields; refuses or ignores the rest")
    func fields() throws {
        var form = TestForm(image: Array(repeating: 7, count: 100), fileName: "/tmp/a.jpg")
        form.add("0123456789", as: "prompt")
        form.add(String(repeating: "x", count: 1000), as: "other")
        let file = [UInt8](repeating: 7, count: 100)
        let expected = Form(
            file: file, fileHash: Picture.sha256(of: file), fileName: "a.jpg", texts: ["prompt": "0123456789"])
        #expect(try read(form, layout: lenient) == expected)
        let error = #expect(throws: ServerError.self) { try read(form) }
        #expect(error?.code == .unknownField)
    }

    @Test("Ignored fields count towards the limits of parts and bytes")
    func unknownFields() throws {
        var many = TestForm()
        for number in 0..<65 { many.add("", as: "n\(number)") }
        var large = TestForm()
        large.add(String(repeating: "x", count: 1_100_000), as: "x")
        for (form, code) in [(many, ServerError.Code.malformedForm), (large, .bodyTooLarge)] {
            let error = #expect(throws: ServerError.self) { try read(form, layout: lenient) }
            #expect(error?.code == code)
        }
    }

    @Test("A file without a name is called unnamed")
    func unnamed() throws {
        #expect(try read(TestForm(image: [1], fileName: "")).fileName == "unnamed")
    }

    @Test("Refuses a file at its first byte over the limit")
    func largeFile() throws {
        var reader = try FormReader(boundary: TestForm.boundary, layout: layout)
        let error = #expect(throws: ServerError.self) {
            try reader.receive(TestForm(image: Array(repeating: 7, count: 150)).brokenOff)
        }
        #expect(error?.code == .fileTooLarge)
    }

    @Test("Joins repeated fields by lines, with one limit for all")
    func lists() throws {
        var layout = layout
        layout.repeatableFields = ["prompt"]
        var form = TestForm()
        form.add(file: [1], named: "a.jpg", as: "image")
        form.add("dog", as: "prompt")
        form.add("", as: "prompt")
        form.add("cat", as: "prompt")
        #expect(try read(form, layout: layout).texts == ["prompt": "dog\n\ncat"])
        form.add("bird", as: "prompt")
        let error = #expect(throws: ServerError.self) { try read(form, layout: layout) }
        #expect(error?.code == .fieldTooLarge)
    }

    @Test("Refuses a field that is too long, repeated or not UTF-8")
    func texts() throws {
        var long = TestForm()
        long.add("01234567890", as: "prompt")
        var twice = TestForm()
        twice.add("a", as: "prompt")
        twice.add("b", as: "prompt")
        var broken = TestForm()
        broken.add(file: [0xFF, 0xFE], named: "", as: "prompt")
        for (form, code) in [(long, ServerError.Code.fieldTooLarge), (twice, .duplicateField), (broken, .invalidField)]
        {
            let error = #expect(throws: ServerError.self) { try read(form) }
            #expect(error?.code == code)
        }
    }
}
