internal import Foundation

/// ONNX Runtime's reports to its makers, which are never sent.
///
/// Its wheels from 1.32 on keep a device id and a database of events below the user's cache folder, and send them, unless
/// the environment says otherwise.
enum Telemetry {
    /// Turns the reports off for this process, the first time it is read; must be read before the library is loaded.
    ///
    /// Other threads may read the environment meanwhile: a first `setenv` copies its table and leaves the old one in
    /// place. But Swift finds the command line by where that table was when the process began, so it is read first.
    static let isOff: Bool = {
        _ = CommandLine.arguments
        return setenv("ORT_DISABLE_TELEMETRY", "1", 1) == 0
    }()
}
