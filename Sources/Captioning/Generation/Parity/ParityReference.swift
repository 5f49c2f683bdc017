import Checkpoint
package import ONNXRuntime

/// What transformers computed for some pictures, stage by stage: a safetensors file.
///
/// `pixel_values` f32 [B, 3, height, width] and `generated_ids` i64 [B, N]; whichever of ``ModelStage`` the model has, f32;
/// optionally `prompt_ids` i64 [B, P] and `qformer_prompt_ids` i64 [B, P']; and the metadata `generation`, a JSON object of
/// arguments of `generate`. Shorter rows of ids are filled up with the padding token.
package struct ParityReference {
    package let pixels: Tensor
    let stages: [(stage: ModelStage, values: [Float], shape: [Int])]
    /// New tokens of each text, as many texts in a row as pictures give.
    package let generatedIDs: [[Int]]
    /// What each picture's prompt is; nil for what a model reads where nobody gives one.
    let promptIDs: [[Int]]?
    /// What a Q-Former reads of each prompt; nil where the model's reads nothing.
    let instructionIDs: [[Int]]?
    let arguments: GenerateArguments

    /// - Throws: `CheckpointError` for a file that cannot be read; ``GenerationError``.
    package init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        let pixelValues = try file.tensor("pixel_values")
        pixels = try Tensor(try pixelValues.floats(), shape: pixelValues.shape)
        stages = try ModelStage.allCases.filter { file.contains($0.rawValue) }.map { stage in
            let tensor = try file.tensor(stage.rawValue)
            return (stage, try tensor.floats(), tensor.shape)
        }
        generatedIDs = try Self.rows("generated_ids", of: file)
        promptIDs = file.contains("prompt_ids") ? try Self.rows("prompt_ids", of: file) : nil
        instructionIDs = file.contains("qformer_prompt_ids") ? try Self.rows("qformer_prompt_ids", of: file) : nil
        arguments = try GenerateArguments(json: file.metadata["generation"] ?? "{}", path: path)
        let pictures = pixels.shape.first ?? 0
        for (name, rows) in [("prompt_ids", promptIDs), ("qformer_prompt_ids", instructionIDs)] {
            guard let rows, rows.count != pictures else { continue }
            throw GenerationError(
                .invalidInput, "\(path) has \(pictures) pictures, but \(rows.count) rows of \(name).")
        }
        for (stage, _, shape) in stages where shape.first != pictures {
            throw GenerationError(
                .invalidInput,
                "\(stage.rawValue) in \(path) has the shape \(shape), but there are \(pictures) pictures.")
        }
    }

    private static func rows(_ name: String, of file: SafetensorsFile) throws -> [[Int]] {
        let tensor = try file.tensor(name)
        let values = try tensor.int64s().map(Int.init)
        guard tensor.shape.count == 2, tensor.elementCount > 0 else {
            throw GenerationError(
                .invalidInput,
                "\(tensor.name) in \(tensor.filePath) has the shape \(tensor.shape), not [B, N] with a token in each row."
            )
        }
        let width = tensor.shape[1]
        return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
}
