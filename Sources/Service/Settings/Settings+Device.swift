public import Blip2

extension Settings {
    /// What USE_GPU asks for.
    /// - Parameter asked: whether somebody has said so; see ``LoadedSettings/isInEnvironment(_:)``.
    public func deviceWish(asked: Bool) -> DeviceWish { usesGPU ? .gpuIfThere(asked: asked) : .cpu }
}
