extension SafetensorsHeader {
    /// Reads `{"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}`. Further keys are passed over, as the reference
    /// implementation does.
    static func readEntry(_ name: String, _ reader: inout JSONReader, path: String) throws(CheckpointError) -> Entry {
        var scalarType: ScalarType?
        var shape: [Int]?
        var offsets: [Int]?
        var isFirst = true
        try reader.expect("{")
        while let key = try reader.nextKey(&isFirst) {
            switch key {
            case "dtype" where scalarType == nil:
                let dtype = try reader.readString()
                scalarType = ScalarType(rawValue: dtype)
                if scalarType == nil { throw reader.failure("the unknown dtype \"\(dtype.prefix(32))\"") }
            case "shape" where shape == nil: shape = try reader.readCounts(limit: maximumRank)
            case "data_offsets" where offsets == nil: offsets = try reader.readCounts(limit: 2)
            case "dtype", "shape", "data_offsets": throw reader.failure("a second \"\(key)\"")
            default: try reader.skipValue()
            }
        }
        guard let scalarType, let shape, let offsets, offsets.count == 2 else {
            throw reader.failure("an entry without its dtype, its shape or its two data_offsets")
        }
        return try checked(name, scalarType, shape, offsets, path)
    }

    private static func checked(
        _ name: String, _ scalarType: ScalarType, _ shape: [Int], _ offsets: [Int], _ path: String
    ) throws(CheckpointError) -> Entry {
        guard offsets[0] <= offsets[1] else {
            throw CheckpointError(
                .invalidTensor,
                "In \(path), tensor \"\(name)\" ends at byte \(offsets[1]), before it begins at byte \(offsets[0]).")
        }
        var byteCount = scalarType.byteCount
        for size in shape {
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
            // A later zero would make the product small again; the reference implementation refuses that too.
            guard !overflow else {
                throw CheckpointError(
                    .invalidTensor, "In \(path), tensor \"\(name)\" of shape \(shape) is larger than any memory.")
            }
            byteCount = product
        }
        guard byteCount == offsets[1] - offsets[0] else {
            throw CheckpointError(
                .invalidTensor,
                "In \(path), tensor \"\(name)\" of \(scalarType.rawValue) and shape \(shape) needs \(byteCount) bytes, "
                    + "but its data_offsets span \(offsets[1] - offsets[0]).")
        }
        return Entry(name: name, scalarType: scalarType, shape: shape, range: offsets[0]..<offsets[1])
    }

    /// What a file is that has often been found in the place of a checkpoint, and what to do about it; `nil` for what
    /// may be safetensors.
    static func foreignKind(of bytes: UnsafeRawBufferPointer) -> String? {
        if bytes.isEmpty { return "it is empty. Download it again." }
        // A header length can spell anything, but what follows it must be this brace.
        if bytes.count > 8, bytes[8] == UInt8(ascii: "{") { return nil }
        if let kind = ForeignCheckpoint.kind(ofText: bytes) { return "it \(kind)" }
        if bytes.starts(with: "PK\u{3}\u{4}".utf8) || bytes.starts(with: [0x80, 0x02, 0x8A, 0x0A]) {
            return
                "it is a PyTorch file. Rename it to pytorch_model.bin; or load it with transformers and save it again, which "
                + "writes safetensors."
        }
        if bytes.starts(with: "GGUF".utf8) {
            return "it is GGUF, the format of llama.cpp. Use the checkpoint that it was made from, in safetensors."
        }
        if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            return
                "it is HDF5, as TensorFlow writes it. Load it with transformers and save it again, which writes safetensors."
        }
        return nil
    }
}
