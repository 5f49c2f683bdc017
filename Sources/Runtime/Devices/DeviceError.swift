/// Why a device or a precision cannot be had.
public struct DeviceError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable, CaseIterable {
        /// There is no such precision, or the device does not compute it.
        case invalidPrecision
        /// A GPU is asked for, and there is none that can be used.
        case noGPU
    }

    public let code: Code
    /// One or two sentences for the person who has to put it right.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
