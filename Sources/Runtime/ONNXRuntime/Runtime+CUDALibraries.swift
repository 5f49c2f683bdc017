internal import Foundation

extension Runtime {
    /// What the CUDA provider needs, each behind what it needs itself.
    private static let cudaLibraries = [
        "libcudart.so", "libnvJitLink.so", "libnvrtc.so", "libcublasLt.so", "libcublas.so", "libcurand.so",
        "libcufft.so",
        "libcudnn.so",
    ]

    /// Loads NVIDIA's libraries that `scripts/setup --gpu` has put into the folder `cuda` beside the library, where the
    /// system does not look for them. What is not there is left to the system's search.
    public func loadCUDALibraries() {
        let folder = URL(fileURLWithPath: libraryPath).deletingLastPathComponent().appendingPathComponent("cuda")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for library in Self.cudaLibraries {
            for file in files where file.hasPrefix("\(library).") {
                _ = dlopen(folder.appendingPathComponent(file).path, RTLD_NOW | RTLD_GLOBAL)
            }
        }
    }
}
