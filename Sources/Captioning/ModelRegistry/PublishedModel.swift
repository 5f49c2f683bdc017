/// A captioner on the Hugging Face Hub that has a short name here, and what somebody wants to know before fetching it.
public struct PublishedModel: Sendable, Equatable {
    /// The short name, in small letters.
    public let alias: String
    /// Its name on the Hub.
    public let id: String
    /// The `model_type` of its `config.json`.
    public let modelType: String
    /// Bytes of the files that are fetched, nearly all of them weights. They are rounded; see ``all``.
    public let downloadBytes: Int
    /// What it is good for, in a few words.
    public let purpose: String
    /// The licence that its model card names, and that of a language model inside where it is another.
    public let licence: String
    /// Whether it may be recommended to somebody who wants captions of photographs.
    let isRecommended: Bool

    /// Numbers in the compiled networks.
    let weightCount: Int
    /// Those of them that int4 holds in 4 bits: the matrices in the decoder's layers.
    let fourBitCount: Int
    /// Bytes of memory beside the weights, for code, buffers and the computation of one picture.
    let workingBytes: Int

    /// About how many bytes of memory a process with this model takes (resident) at int4, which is what `auto` means on a CPU,
    /// rounded to ten megabytes.
    ///
    /// A weight takes 4 or 8 bits and its share of a scale in 32 bits, one for 128 weights in a language model (1/4 bit a
    /// weight) and one for 512 elsewhere. For `blip2` this gives 2.7 GB at int4 and 4.0 GB at int8, as was measured
    /// (docs/performance.md).
    public var int4Bytes: Int {
        rounded(Self.bytesAtInt8 * Double(weightCount - fourBitCount) + Self.bytesAtInt4 * Double(fourBitCount))
    }

    /// The same at int8.
    public var int8Bytes: Int { rounded(Self.bytesAtInt8 * Double(weightCount)) }

    private func rounded(_ weightBytes: Double) -> Int {
        let unit = 10_000_000
        return Int(((weightBytes + Double(workingBytes)) / Double(unit)).rounded()) * unit
    }

    private static let bytesAtInt8 = 1.016
    private static let bytesAtInt4 = 0.531
}

// MARK: The table

extension PublishedModel {
    /// Every captioner that has a short name. ``ModelRegistry/publishedModels`` are those of them that can be read.
    ///
    /// Sizes of downloads are those that the repositories' lists of files show. Those of Florence-2 were not seen: they are the
    /// parameters in 16 bits, as in Microsoft's repositories of the same weights.
    ///
    /// Numbers of weights were counted in networks of the published configurations, which transformers builds without memory;
    /// a table that encoder and decoder both have is compiled twice. Compiled models of random weights are as large as this gives
    /// to 6 %: 182 and 232 MB (int4, int8) for `blip`, 407 and 457 MB for `blip-large`. Working memory: `blip` took 411 MB at most,
    /// and `blip-large` 643 MB, at int4, while they captioned a picture in a build without optimisation. `florence-2` was measured
    /// (docs/models.md): it compiles to 300 MB at int8, and takes 570 MB with the three beams that its configuration asks for. Working
    /// memory of the others is an estimate.
    ///
    /// Licences are those that the model cards name.
    static let all: [PublishedModel] = [
        PublishedModel(
            alias: "blip", id: "Salesforce/blip-image-captioning-base", modelType: "blip", downloadBytes: 990_000_000,
            purpose: "short captions, on any machine", licence: "BSD-3-Clause", isRecommended: true,
            weightCount: 223_971_644, fourBitCount: 113_246_208, workingBytes: 200_000_000),
        PublishedModel(
            alias: "blip-large", id: "Salesforce/blip-image-captioning-large", modelType: "blip",
            downloadBytes: 1_880_000_000, purpose: "short captions with more in them", licence: "BSD-3-Clause",
            isRecommended: true, weightCount: 446_290_492, fourBitCount: 117_964_800, workingBytes: 200_000_000),
        PublishedModel(
            alias: "blip-vqa", id: "Salesforce/blip-vqa-base", modelType: "blip", downloadBytes: 1_540_000_000,
            purpose: "answers to questions, in a word or two", licence: "BSD-3-Clause", isRecommended: false,
            weightCount: 361_230_140, fourBitCount: 113_246_208, workingBytes: 200_000_000),
        PublishedModel(
            alias: "florence-2", id: "florence-community/Florence-2-base", modelType: "florence2",
            downloadBytes: 463_000_000, purpose: "captions of any length, text in pictures", licence: "MIT",
            isRecommended: true, weightCount: 295_000_000, fourBitCount: 56_623_104, workingBytes: 270_000_000),
        PublishedModel(
            alias: "florence-2-large", id: "florence-community/Florence-2-large", modelType: "florence2",
            downloadBytes: 1_540_000_000, purpose: "captions of any length, with more in them", licence: "MIT",
            isRecommended: true,
            weightCount: 875_400_000, fourBitCount: 201_326_592, workingBytes: 400_000_000),
        PublishedModel(
            alias: "blip2", id: "Salesforce/blip2-opt-2.7b", modelType: "blip-2", downloadBytes: 14_980_000_000,
            purpose: "captions that know more of the world", licence: "MIT; OPT inside: not commercial",
            isRecommended: true, weightCount: 3_744_761_856, fourBitCount: 2_516_582_400, workingBytes: 150_000_000),
        PublishedModel(
            alias: "blip2-t5", id: "Salesforce/blip2-flan-t5-xl", modelType: "blip-2", downloadBytes: 15_770_000_000,
            purpose: "captions, and answers to questions", licence: "MIT; Flan-T5 inside: Apache-2.0",
            isRecommended: false, weightCount: 4_008_244_000, fourBitCount: 1_560_281_088, workingBytes: 150_000_000),
        PublishedModel(
            alias: "instructblip", id: "Salesforce/instructblip-flan-t5-xl", modelType: "instructblip",
            downloadBytes: 16_090_000_000, purpose: "what you tell it to say of a picture",
            licence: "MIT; Flan-T5 inside: Apache-2.0", isRecommended: false, weightCount: 4_088_800_000,
            fourBitCount: 1_560_281_088, workingBytes: 150_000_000),
    ]
}

// MARK: Memory

extension PublishedModel {
    /// Whether a machine has the memory for a model.
    public enum Fit: String, Sendable, Encodable {
        /// The model takes at most half of the memory: pictures, songs, and whatever else runs there have the rest.
        case comfortable = "yes"
        /// It takes more than half. Weights are mapped files, so that it runs, but more slowly once memory runs short.
        case tight
        /// It takes more than there is.
        case none = "no"
    }

    /// Whether the model fits at int4.
    /// - Parameter memory: bytes that the process may use.
    public func fit(in memory: Int) -> Fit {
        int4Bytes <= memory / 2 ? .comfortable : int4Bytes <= memory ? .tight : .none
    }
}

// MARK: What can be read

extension ModelRegistry {
    /// The captioners with short names whose model type is among those that are read.
    public var publishedModels: [PublishedModel] {
        let types = modelTypes
        return PublishedModel.all.filter { types.contains($0.modelType) }
    }

    /// The captioner of that short name, in whatever letters; nil where there is none.
    public func publishedModel(alias: String) -> PublishedModel? {
        let name = alias.lowercased()
        return publishedModels.first { $0.alias == name }
    }

    /// The captioner of that name on the Hub; nil where it has no short name.
    public func publishedModel(id: String) -> PublishedModel? {
        publishedModels.first { $0.id == id }
    }

    /// The captioner for photographs that is recommended for a machine: of those for plain captions the one that takes the most
    /// memory and yet fits comfortably at int4. A larger one of the same kind describes more exactly.
    ///
    /// Where none fits comfortably it is the one that takes the least. Nil where none can be read.
    /// - Parameter memory: bytes that the process may use.
    public func recommendedModel(memory: Int) -> PublishedModel? {
        let models = publishedModels.filter(\.isRecommended).sorted { $0.int4Bytes < $1.int4Bytes }
        return models.last { $0.fit(in: memory) == .comfortable } ?? models.first
    }
}
