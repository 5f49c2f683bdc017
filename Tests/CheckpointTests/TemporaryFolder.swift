import Checkpoint
import Foundation

/// A folder that is there for the length of one test.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "checkpoint-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    @discardableResult
    func write(_ name: String, _ content: Data) throws -> URL {
        let file = url.appending(path: name)
        try content.write(to: file)
        return file
    }

    @discardableResult
    func write(_ name: String, _ content: String) throws -> URL {
        try write(name, Data(content.utf8))
    }
}

/// The bytes of a safetensors file whose parts may lie.
func safetensors(header: String, data: Data = Data(), declaring byteCount: UInt64? = nil) -> Data {
    var bytes = withUnsafeBytes(of: (byteCount ?? UInt64(header.utf8.count)).littleEndian) { Data($0) }
    bytes += Data(header.utf8)
    return bytes + data
}

/// The bytes of a safetensors file of F32 tensors, each filled with one value.
func safetensors(_ tensors: [(name: String, shape: [Int], value: Float)]) -> Data {
    var (entries, data) = ([String](), Data())
    for (name, shape, value) in tensors {
        let count = shape.reduce(1, *)
        entries.append(
            """
            "\(name)": {"dtype": "F32", "shape": \(shape), "data_offsets": [\(data.count), \(data.count + count * 4)]}
            """)
        data += [Float](repeating: value, count: count).withUnsafeBytes { Data($0) }
    }
    return safetensors(header: "{" + entries.joined(separator: ", ") + "}", data: data)
}

/// The error that `body` throws; `nil` where it throws none, or one of another module.
func checkpointError<R>(_ body: () throws -> R) -> CheckpointError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? CheckpointError
    }
}
