import Checkpoint
import ONNXRuntime

/// What transformers computed for some pictures, stage by stage: a safetensors file.
///
/// `pixel_values` f32 [B, 3, height, width], `vision_hidden_state` f32 [B, T, Hv], `query_output` f32 [B, Q, Hq],
/// `language_inputs` f32 [B, Q, H], `first_logits` f32 [B, V], `generated_ids` i64 [B, N],
/// optionally `prompt_ids` i64 [B, P]; and the metadata `generation`, a JSON object of arguments of `generate`.
struct ParityReference {
    let pixels: Tensor
    let stages: [(stage: ParityReport.Stage.Name, values: [Float], shape: [Int])]
    /// New tokens of each text, as many texts in a row as pictures give; those that ended early are filled up with the
    /// padding token.
    let generatedIDs: [[Int]]
    /// What follows each picture, all of one length; nil for the beginning-of-sequence token alone.
    let promptIDs: [[Int]]?
    let arguments: GenerateArguments

    init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        let pixelValues = try file.tensor("pixel_values")
        pixels = try Tensor(try pixelValues.floats(), shape: pixelValues.shape)
        stages = try ParityReport.Stage.Name.allCases.map { name in
            let tensor = try file.tensor(name.rawValue)
            return (name, try tensor.floats(), tensor.shape)
        }
        generatedIDs = try Self.rows(try file.tensor("generated_ids"))
        promptIDs = file.contains("prompt_ids") ? try Self.rows(try file.tensor("prompt_ids")) : nil
        arguments = try GenerateArguments(json: file.metadata["generation"] ?? "{}", path: path)
    }

    private static func rows(_ tensor: StoredTensor) throws -> [[Int]] {
        let values = try tensor.int64s().map(Int.init)
        guard tensor.shape.count == 2, tensor.elementCount > 0 else {
            throw Blip2Error(
                .invalidInput,
                "\(tensor.name) in \(tensor.filePath) has the shape \(tensor.shape), not [B, N] with a token in each row."
            )
        }
        let width = tensor.shape[1]
        return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
}
