import Testing

@testable import Tokenization

@Suite("Refused parts of tokenizer.json")
struct RefusedComponentTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let code: TokenizationError.Code
        /// What the message must name.
        let naming: String
        let draft: Draft

        init(_ code: TokenizationError.Code, naming: String, _ change: (inout Draft) -> Void) {
            self.code = code
            self.naming = naming
            draft = Draft(change)
        }

        var testDescription: String { "\(code): \(naming)" }
    }

    static let components = [
        Refusal(.unsupportedComponent, naming: #"normaliser "Nmt""#) { $0.normalizer = #"{"type": "Nmt"}"# },
        Refusal(.unsupportedComponent, naming: #"normaliser "StripAccents""#) {
            $0.normalizer = #"{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "StripAccents"}]}"#
        },
        Refusal(.unsupportedComponent, naming: #"pre-tokeniser "Whitespace""#) {
            $0.preTokenizer = #"{"type": "Whitespace"}"#
        },
        Refusal(.unsupportedComponent, naming: "no pre-tokeniser") { $0.preTokenizer = "null" },
        Refusal(.unsupportedComponent, naming: #""ByteLevel" before ByteLevel"#) {
            $0.preTokenizer = #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "ByteLevel"}]}"#
        },
        Refusal(.unsupportedComponent, naming: #"pre-tokeniser "ByteLevel, Digits""#) {
            $0.preTokenizer = #"{"type": "Sequence", "pretokenizers": [{"type": "ByteLevel"}, {"type": "Digits"}]}"#
        },
        Refusal(.unsupportedComponent, naming: "[a-z]+") {
            $0.preTokenizer = """
                {"type": "Sequence", "pretokenizers": [
                  {"type": "Split", "pattern": {"Regex": "[a-z]+"}, "behavior": "Isolated", "invert": false},
                  {"type": "ByteLevel"}]}
                """
        },
        Refusal(.unsupportedComponent, naming: "a plain string") {
            $0.preTokenizer = """
                {"type": "Sequence", "pretokenizers": [
                  {"type": "Split", "pattern": {"String": "-"}, "behavior": "Isolated"}, {"type": "ByteLevel"}]}
                """
        },
        Refusal(.unsupportedComponent, naming: #"decoder "Metaspace""#) { $0.decoder = #"{"type": "Metaspace"}"# },
        Refusal(.unsupportedComponent, naming: #"decoder "none""#) { $0.decoder = "null" },
        Refusal(.unsupportedComponent, naming: #"post-processor "Unheard""#) {
            $0.postProcessor = #"{"type": "Unheard"}"#
        },
        Refusal(.unsupportedComponent, naming: "more than one part that adds tokens") {
            let bert = #"{"type": "BertProcessing", "sep": ["a", 0], "cls": ["b", 1]}"#
            $0.postProcessor = #"{"type": "Sequence", "processors": [\#(bert), \#(bert)]}"#
        },
    ]

    static let models = [
        Refusal(.unsupportedModel, naming: "WordLevel") { $0.modelOptions = #""type": "WordLevel""# },
        Refusal(.unsupportedModel, naming: #""dropout""#) { $0.modelOptions += #", "dropout": 0.1"# },
        Refusal(.unsupportedModel, naming: #""byte_fallback""#) { $0.modelOptions += #", "byte_fallback": true"# },
        Refusal(.unsupportedModel, naming: #""continuing_subword_prefix""#) {
            $0.modelOptions += #", "continuing_subword_prefix": "@@""#
        },
        Refusal(.unsupportedModel, naming: #""end_of_word_suffix""#) {
            $0.modelOptions += #", "end_of_word_suffix": "</w>""#
        },
        Refusal(.invalidVocabulary, naming: "no tokens") { $0.vocabulary = "{}" },
        Refusal(.invalidVocabulary, naming: #""b" has the id -1"#) { $0.vocabulary = #"{"a": 0, "b": -1, "ab": 2}"# },
        Refusal(.invalidVocabulary, naming: "4294967296") { $0.vocabulary = #"{"a": 0, "b": 4294967296, "ab": 2}"# },
        Refusal(.invalidVocabulary, naming: #""a" and "b" both have the id 0"#) {
            $0.vocabulary = #"{"a": 0, "b": 0, "ab": 2}"#
        },
        Refusal(.invalidVocabulary, naming: "<unk>") { $0.modelOptions += #", "unk_token": "<unk>""# },
        Refusal(.invalidMerge, naming: #"merge 1, "a c", needs the token "c""#) { $0.merges = #"["a c"]"# },
        Refusal(.invalidMerge, naming: #"needs the token "ba""#) { $0.merges = #"["a b", "b a"]"# },
        Refusal(.invalidMerge, naming: #"merge 2, "a", is not"#) { $0.merges = #"["a b", "a"]"# },
        Refusal(.invalidMerge, naming: #"merge 1, "a  b", is not"#) { $0.merges = #"["a  b"]"# },
        Refusal(.invalidMerge, naming: #"merge 1, "a b ab", is not"#) { $0.merges = #"[["a", "b", "ab"]]"# },
    ]

    static let specialTokens = [
        Refusal(.invalidSpecialToken, naming: #""<s>""#) {
            $0.postProcessor = """
                {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}], "pair": [],
                 "special_tokens": {}}
                """
        },
        Refusal(.invalidSpecialToken, naming: #""B""#) {
            $0.postProcessor = """
                {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}], "pair": [],
                 "special_tokens": {}}
                """
        },
        Refusal(.invalidSpecialToken, naming: "reads the same as another") {
            $0.normalizer = #"{"type": "Lowercase"}"#
            $0.addedTokens = #"[{"id": 4, "content": "Dog"}, {"id": 5, "content": "dog"}]"#
        },
    ]

    static let shapes = [
        Refusal(.malformedFile, naming: #"key "model.vocab" is missing"#) {
            $0.modelOptions = #""type": "BPE", "merges": []}, "other": {"a": 1"#
        },
        Refusal(.malformedFile, naming: "model.vocab.a") { $0.vocabulary = #"{"a": "zero"}"# },
        Refusal(.malformedFile, naming: "model.merges") { $0.merges = "7" },
        Refusal(.malformedFile, naming: "added_tokens.0.content") { $0.addedTokens = #"[{"id": 1}]"# },
        Refusal(.malformedFile, naming: "not valid JSON") { $0.decoder = "," },
    ]

    @Test("Refuses an unsupported or broken part of tokenizer.json by name", arguments: components + models)
    func refusesParts(refusal: Refusal) throws {
        try expectRefusal(refusal)
    }

    @Test("Refuses invalid special tokens and structures by name", arguments: specialTokens + shapes)
    func refusesNonsense(refusal: Refusal) throws {
        try expectRefusal(refusal)
    }

    private func expectRefusal(_ refusal: Refusal) throws {
        let error = try #require(throws: TokenizationError.self) { try refusal.draft.load() }
        #expect(error.code == refusal.code)
        #expect(error.message.contains(refusal.naming), "\(error.message)")
        #expect(error.description.contains("tokenizer.json: "))
    }
}
