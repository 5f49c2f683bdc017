import Generation
import ONNXRuntime

/// What BLIP's text decoder looks at: the picture, or a question that was read beside it.
struct BlipSource: CrossAttentionSource {
    private let text: BlipTextConfiguration
    private let readsQuestions: Bool

    init(_ configuration: BlipConfiguration) {
        text = configuration.text
        readsQuestions = configuration.task == .questionAnswering
    }

    var hiddenSize: Int? { readsQuestions ? text.hiddenSize : nil }

    /// - Parameter pictures: [k, S, Hv].
    func positions(_ pictures: Tensor, prompts: [[Int]]) -> Int {
        readsQuestions ? prompts.first?.count ?? 0 : pictures.shape[1]
    }

    /// A caption goes on behind its prompt; an answer begins anew.
    func texts(prompts: [[Int]]) -> [[Int]] {
        readsQuestions ? prompts.map { _ in [text.bosTokenID] } : prompts
    }

    /// Padding behind a question is read with it, but nothing of the question looks at it.
    func bind(_ pictures: Tensor, prompts: [[Int]], to binding: IOBinding) throws {
        try binding.bind(input: "hidden_state", to: pictures)
        guard readsQuestions else { return }
        let shape = [prompts.count, prompts.first?.count ?? 0]
        let mask = prompts.flatMap { prompt in
            let length = 1 + (prompt.lastIndex { $0 != text.padTokenID } ?? prompt.count - 1)
            return prompt.indices.map { Int32($0 < length ? 1 : 0) }
        }
        try binding.bind(input: "input_ids", to: try Tensor(prompts.joined().map(Int64.init), shape: shape))
        try binding.bind(input: "mask", to: try Tensor(mask, shape: shape))
    }
}
