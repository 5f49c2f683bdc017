import Generation
import ONNXRuntime

/// What Florence-2's decoder looks at: what the encoder made of picture and prompt.
struct BARTSource: CrossAttentionSource {
    let startTokenID: Int
    let hiddenSize: Int?

    /// - Parameter pictures: [k, Q, H].
    func positions(_ pictures: Tensor, prompts: [[Int]]) -> Int { pictures.shape[1] + (prompts.first?.count ?? 0) }

    func texts(prompts: [[Int]]) -> [[Int]] { prompts.map { _ in [startTokenID] } }

    func bind(_ pictures: Tensor, prompts: [[Int]], to binding: IOBinding) throws {
        let promptLength = prompts.first?.count ?? 0
        let length = positions(pictures, prompts: prompts)
        let tokens = try Tensor(prompts.joined().map(Int64.init), shape: [prompts.count, promptLength])
        try binding.bind(input: "image_embeddings", to: pictures)
        try binding.bind(input: "input_ids", to: tokens)
        try binding.bind(input: "position_ids", to: try Tensor((0..<length).map(Int64.init), shape: [length]))
    }
}
