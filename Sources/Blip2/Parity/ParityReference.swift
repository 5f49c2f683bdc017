import Checkpoint
import Foundation
import ONNXRuntime

/// What transformers computed for some pictures, stage by stage: a safetensors file.
///
/// `pixel_values` f32 [B, 3, S, S], `vision_hidden_state` f32 [B, T, Hv], `query_output` f32 [B, Q, Hq],
/// `language_inputs` f32 [B, Q, H], `first_logits` f32 [B, V], `generated_ids` i64 [B, N],
/// optionally `prompt_ids` i64 [B, P]; and the metadata `generation`, a JSON object of arguments of `generate`.
struct ParityReference {
    let pixels: Tensor
    let stages: [(stage: ParityReport.Stage.Name, values: [Float], shape: [Int])]
    /// New tokens of each row; rows that ended early are filled up with the padding token.
    let generatedIDs: [[Int]]
    /// One for each row; their prompts are of one length.
    let options: [GenerationOptions]
    /// What rows are filled up with; nil for the checkpoint's own.
    let padTokenID: Int?

    init(path: String) throws {
        let file = try SafetensorsFile(path: path)
        let pixelValues = try file.tensor("pixel_values")
        pixels = try Tensor(try pixelValues.floats(), shape: pixelValues.shape)
        stages = try ParityReport.Stage.Name.allCases.map { name in
            let tensor = try file.tensor(name.rawValue)
            return (name, try tensor.floats(), tensor.shape)
        }
        generatedIDs = try Self.rows(try file.tensor("generated_ids"))
        let (options, padTokenID) = try Self.options(
            file.metadata["generation"] ?? "{}", path: path, length: generatedIDs.first?.count ?? 0)
        self.padTokenID = padTokenID
        guard file.contains("prompt_ids") else {
            self.options = Array(repeating: options, count: generatedIDs.count)
            return
        }
        let prompts = try Self.rows(try file.tensor("prompt_ids"))
        self.options = prompts.map { prompt in
            var options = options
            options.promptIDs = prompt
            return options
        }
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

    /// Arguments of transformers' `generate` that change what greedy search gives, and the values that change nothing.
    private static let neutral: [String: Set<Double>] = [
        "num_beams": [1], "do_sample": [0], "repetition_penalty": [1], "no_repeat_ngram_size": [0],
        "num_return_sequences": [1], "min_length": [0], "num_beam_groups": [1], "diversity_penalty": [0],
        "encoder_repetition_penalty": [1], "encoder_no_repeat_ngram_size": [0],
    ]
    /// Arguments that only beams or samples heed.
    private static let ignored: Set<String> = [
        "length_penalty", "early_stopping", "temperature", "top_k", "top_p", "use_cache", "bos_token_id",
        "transformers_version", "_from_model_config",
    ]
    /// Arguments that bound the length, which `generated_ids` has already, or that only ask for more results.
    private static let implied: Set<String> = [
        "max_new_tokens", "max_length", "return_dict_in_generate", "output_scores", "output_logits",
        "output_hidden_states", "output_attentions",
    ]

    /// The arguments of `generate` as options of ours; one that would change the result and is not known is refused.
    private static func options(
        _ json: String, path: String, length: Int
    ) throws -> (GenerationOptions, padTokenID: Int?) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
            throw Blip2Error(.invalidInput, "The metadata `generation` of \(path) is not a JSON object: \(json)")
        }
        var options = GenerationOptions(maxNewTokens: length)
        var padTokenID: Int?
        for (key, value) in object where !(value is NSNull) && !ignored.contains(key) && !implied.contains(key) {
            let number = (value as? NSNumber)?.doubleValue
            switch (key, value) {
            case ("min_new_tokens", let count as Int) where count >= 0: options.minNewTokens = count
            case ("eos_token_id", let id as Int): options.eosTokenIDs = [id]
            case ("eos_token_id", let ids as [Int]): options.eosTokenIDs = ids
            case ("pad_token_id", let id as Int): padTokenID = id
            default:
                if let number, neutral[key]?.contains(number) == true { continue }
                throw Blip2Error(
                    .unsupportedGeneration,
                    "\(path) was generated with \(key) = \(value), which cannot be compared yet: only greedy search can."
                )
            }
        }
        return (options, padTokenID)
    }
}
