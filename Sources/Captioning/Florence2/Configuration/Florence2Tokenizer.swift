import Tokenization

/// A checkpoint's tokenizer, whose texts are what `Florence2Processor.post_process_generation` gives for tasks that are answered
/// with a text: beginning, end and padding are left out, and everything else stays, tokens of locations too.
struct Florence2Tokenizer: Tokenizing {
    /// What the remote code's processor adds to BART's vocabulary, in the order of the ids.
    static let addedTokens: [String] =
        ["<od>", "</od>", "<ocr>", "</ocr>"] + (0..<1000).map { "<loc_\($0)>" } + [
            "<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>", "<grounding>", "</grounding>", "<seg>",
            "</seg>", "<sep>", "<region_cap>", "</region_cap>", "<region_to_desciption>", "</region_to_desciption>",
            "<proposal>", "</proposal>", "<poly>", "</poly>", "<and>",
        ]

    private let base: any Tokenizing
    /// Beginning, end and padding.
    private let silentIDs: Set<Int>

    init(_ base: any Tokenizing) {
        self.base = base
        silentIDs = Set(["<s>", "</s>", "<pad>"].compactMap(base.tokenID))
    }

    var vocabularySize: Int { base.vocabularySize }
    var largestVocabularyID: Int { base.largestVocabularyID }

    func encode(_ text: String, addingSpecialTokens: Bool) -> [Int] {
        base.encode(text, addingSpecialTokens: addingSpecialTokens)
    }

    func decode(_ ids: [Int], skippingSpecialTokens: Bool) -> String {
        guard skippingSpecialTokens else { return base.decode(ids, skippingSpecialTokens: false) }
        return base.decode(ids.filter { !silentIDs.contains($0) }, skippingSpecialTokens: false)
    }

    func tokenID(of token: String) -> Int? { base.tokenID(of: token) }
}
