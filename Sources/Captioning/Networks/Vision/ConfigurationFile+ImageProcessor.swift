import Checkpoint

/// The keys of an image processor, of which transformers ignores those that are null.
extension ConfigurationFile {
    /// No model takes larger pictures.
    private static let largestEdge = 1 << 14

    func flag(_ key: String, default fallback: Bool) throws(CheckpointError) -> Bool {
        try boolean(key) ?? fallback
    }

    /// One number for each of red, green and blue.
    func channels(_ key: String, default fallback: [Double]) throws(CheckpointError) -> [Double] {
        guard let values = try numbers(key) else { return fallback }
        if values.count == 1 { return Array(repeating: values[0], count: 3) }
        guard values.count == 3 else { throw invalid(key, "three numbers") }
        return values
    }

    /// - Parameter isCropped: whether a crop follows; without one, only an exact size makes all pictures alike.
    func resizedSize(isCropped: Bool) throws(CheckpointError) -> ImageProcessorConfiguration.Size {
        if let size = try pair("size") { return .exact(width: size.width, height: size.height) }
        guard contains("size") else {
            // Each class has a size of its own, and only this one's default is known here.
            let type = try string("image_processor_type") ?? "BlipImageProcessor"
            guard type.hasPrefix("BlipImageProcessor") else { throw invalid("size", "given for a \(type)") }
            return .exact(width: 384, height: 384)
        }
        if isCropped, let section = try section("size"), section["longest_edge"] == nil,
            let edge = try section.integer("shortest_edge", in: 1...Self.largestEdge)
        {
            return .shortestEdge(edge)
        }
        throw invalid("size", "an object of height and width (or, with do_center_crop, of shortest_edge)")
    }

    func cropSize() throws(CheckpointError) -> (width: Int, height: Int) {
        guard let size = try pair("crop_size") else {
            throw invalid("crop_size", "an object of height and width, as do_center_crop is true")
        }
        return size
    }

    /// `{"height": h, "width": w}`, `[h, w]`, or one number for both; `nil` for anything else.
    private func pair(_ key: String) throws(CheckpointError) -> (width: Int, height: Int)? {
        switch self[key] {
        case .integer, .array:
            let edges = try integers(key, in: 1...Self.largestEdge) ?? []
            guard (1...2).contains(edges.count) else { throw invalid(key, "two whole numbers, height and width") }
            return (edges[edges.count - 1], edges[0])
        case .object:
            guard let section = try section(key),
                let width = try section.integer("width", in: 1...Self.largestEdge),
                let height = try section.integer("height", in: 1...Self.largestEdge)
            else { return nil }
            return (width, height)
        default:
            return nil
        }
    }
}
