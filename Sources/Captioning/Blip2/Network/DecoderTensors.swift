import ONNXRuntime

/// What one run of the decoder reads and writes for k rows, the key/value memory aside.
struct DecoderTensors {
    /// [k, Q, E]: the picture in a row's first run; Q = 0 after that.
    let imageEmbeddings: Tensor
    /// int64 [k, T]: the ids of the tokens behind the picture.
    let tokens: Tensor
    /// int64 [k, Q+T]: 0 for the first position of a row.
    let positions: Tensor
    /// int32 [k]: the last position of each row after the run.
    let lastPositions: Tensor
    /// int32 []: the length of the longest row after the run.
    let totalLength: Tensor
    /// [k, V]: the logits of each row's next token.
    let logits: Tensor

    /// For rows on their first run, with the picture in front.
    init(_ configuration: OPTConfiguration, imageEmbeddings: Tensor, tokenCount: Int) throws {
        let rows = imageEmbeddings.shape[0]
        self.imageEmbeddings = imageEmbeddings
        tokens = try Tensor(.int64, shape: [rows, tokenCount])
        positions = try Tensor(.int64, shape: [rows, imageEmbeddings.shape[1] + tokenCount])
        lastPositions = try Tensor(.int32, shape: [rows])
        totalLength = try Tensor(.int32, shape: [])
        logits = try Tensor(.float32, shape: [rows, configuration.vocabularySize])
    }

    /// For steps of one token a row.
    init(_ configuration: OPTConfiguration, rows: Int) throws {
        let none = try Tensor(.float32, shape: [rows, 0, configuration.wordEmbeddingSize])
        try self.init(configuration, imageEmbeddings: none, tokenCount: 1)
    }

    /// Binds the first `count` rows.
    func bind(rows count: Int, to binding: IOBinding) throws {
        try binding.bind(input: "image_embeddings", to: imageEmbeddings.rows(0..<count))
        try binding.bind(input: "input_ids", to: tokens.rows(0..<count))
        try binding.bind(input: "position_ids", to: positions.rows(0..<count))
        try binding.bind(input: "last_positions", to: lastPositions.rows(0..<count))
        try binding.bind(input: "total_length", to: totalLength)
        try binding.bind(output: "logits", to: logits.rows(0..<count))
    }
}
