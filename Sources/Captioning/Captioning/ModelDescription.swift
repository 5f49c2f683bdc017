/// What a loaded model is, and what it can do.
public struct ModelDescription: Sendable, Equatable {
    /// Where the model runs.
    public struct Placement: Sendable, Equatable {
        /// The device in words: `cpu`, `cuda`.
        public var device: String
        /// How weights are held and multiplied: `fp32`.
        public var precision: String
        /// Bytes that the model's weights take up on the device.
        public var memoryBytes: Int
        /// The GPU's name, where there is one.
        public var gpuName: String?
        /// The GPU's memory in bytes, where there is one.
        public var gpuMemoryBytes: Int?

        /// Makes a placement; without a GPU by default.
        public init(
            device: String, precision: String, memoryBytes: Int, gpuName: String? = nil, gpuMemoryBytes: Int? = nil
        ) {
            self.device = device
            self.precision = precision
            self.memoryBytes = memoryBytes
            self.gpuName = gpuName
            self.gpuMemoryBytes = gpuMemoryBytes
        }
    }

    /// The sizes that bound a request.
    public struct Limits: Sendable, Equatable {
        /// Width and height of the model's input, in pixels.
        public var imageSize: Int
        /// What a request may ask for beside that; nil where there is nothing else.
        public var imageSizes: ImageSizes?
        /// How many tokens stand for one picture in front of the language model; nil where there are none.
        public var imageTokens: Int?
        /// The most new tokens that a request may ask for.
        public var maxNewTokens: Int

        /// Makes limits from the input size, the image tokens and the most new tokens.
        public init(imageSize: Int, imageTokens: Int? = nil, maxNewTokens: Int) {
            self.imageSize = imageSize
            self.imageTokens = imageTokens
            self.maxNewTokens = maxNewTokens
        }
    }

    /// What is known of a model that has a short name.
    public struct Publication: Sendable, Equatable {
        /// The short name, such as `blip-large`.
        public var alias: String
        /// Its name on the Hugging Face Hub.
        public var id: String
        /// What it is good for, in a few words.
        public var purpose: String
        /// The licence that its model card names.
        public var licence: String

        public init(alias: String, id: String, purpose: String, licence: String) {
            self.alias = alias
            self.id = id
            self.purpose = purpose
            self.licence = licence
        }
    }

    /// What the settings call the model: its folder, its name on the Hub, or its short name.
    public var name: String
    /// What tells this model's weights and arithmetic from every other's.
    public var identity: String
    /// The architecture in words, such as `BLIP-2 (OPT)`.
    public var architecture: String
    /// The number of weights.
    public var parameters: Int
    /// What is known of it if it has a short name; nil for a model of somebody's own.
    public var publication: Publication?
    /// Whether this is the embedded demo checkpoint, which knows drawn scenes only.
    public var isDemo: Bool
    /// What a user should know of it, in a sentence or two; nil for nothing.
    public var note: String?
    /// Whether the checkpoint samples where a request does not say (`do_sample`).
    public var samplesByDefault = false
    /// Where it runs.
    public var placement: Placement
    /// What bounds a request.
    public var limits: Limits

    /// Makes a description from what the checkpoint says and where it was put.
    public init(
        name: String, identity: String, architecture: String, parameters: Int, isDemo: Bool, placement: Placement,
        limits: Limits
    ) {
        self.name = name
        self.identity = identity
        self.architecture = architecture
        self.parameters = parameters
        self.isDemo = isDemo
        self.placement = placement
        self.limits = limits
    }
}
