package import Devices
package import ONNXRuntime

extension SessionOptions {
    /// How the networks of a captioner are run, which take turns.
    /// - Parameter threads: cores that one run may use; nil for all.
    package static func networks(_ execution: Execution, threads: Int?) -> SessionOptions {
        var options = SessionOptions()
        options.intraOpThreads = threads
        options.providers = execution.providers
        // The threads of one network must not spin while another works, nor when nobody asks.
        options.configuration["session.force_spinning_stop"] = "1"
        // Between two products of one network they do, but briefly: else they take the processor from whoever decodes pictures.
        options.configuration["session.intra_op.spin_duration_us"] = "20"
        return options
    }
}
