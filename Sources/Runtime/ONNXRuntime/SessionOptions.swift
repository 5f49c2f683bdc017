/// How a session is to run its model. The defaults are ONNX Runtime's.
public struct SessionOptions: Sendable {
    /// How far the graph is rewritten for speed before it runs. Raw values are ONNX Runtime's.
    public enum OptimizationLevel: Int32, Sendable {
        case none = 0
        case basic = 1
        case extended = 2
        case all = 99
    }

    /// Whether operators that do not depend on each other may run at once. Raw values are ONNX Runtime's.
    public enum ExecutionMode: Int32, Sendable {
        case sequential = 0
        case parallel = 1
    }

    /// A provider, and its settings by ONNX Runtime's names for them.
    public struct Provider: Sendable, Hashable {
        public var provider: ExecutionProvider
        public var options: [String: String]

        public init(_ provider: ExecutionProvider, options: [String: String] = [:]) {
            self.provider = provider
            self.options = options
        }
    }

    /// Threads within one operator; nil: one for each physical core.
    public var intraOpThreads: Int?
    /// Threads for operators side by side, where ``executionMode`` is parallel; nil: one for each physical core.
    public var interOpThreads: Int?
    public var executionMode = ExecutionMode.sequential
    public var optimization = OptimizationLevel.all
    /// Best first. The CPU takes what none of them can, and need not be named.
    public var providers: [Provider] = []
    /// ONNX Runtime's session settings, such as `session.intra_op.allow_spinning`.
    public var configuration: [String: String] = [:]
    /// Plans memory ahead for inputs of shapes seen before; of no use where shapes keep changing.
    public var usesMemoryPattern = true
    /// Keeps freed memory of the CPU for later runs.
    public var usesMemoryArena = true
    /// Where set, runs are timed operator by operator, into a file whose name begins so.
    public var profilePrefix: String?
    /// Where set, the optimised graph is written there as a model.
    public var optimizedModelPath: String?

    public init() {}
}
