public import Devices

extension Settings {
    /// What USE_GPU asks for.
    /// - Parameter asked: whether somebody has said so; see ``LoadedSettings/isInEnvironment(_:)``.
    public func devicePreference(asked: Bool) -> DevicePreference { usesGPU ? .gpuIfThere(asked: asked) : .cpu }
}
