/// The picture formats that are read. Everything else is refused, whatever else the system's libvips could open.
public enum PictureFormat: String, Sendable, CaseIterable {
    case jpeg, png, webp, gif, tiff, heic, avif

    /// The name that users see: "JPEG", "WebP".
    public var name: String {
        self == .webp ? "WebP" : rawValue.uppercased()
    }

    /// The media type: "image/jpeg".
    public var mediaType: String { "image/\(rawValue)" }

    /// The libvips operation that reads it, and no other.
    var loader: String {
        switch self {
        case .jpeg: "jpegload_buffer"
        case .png: "pngload_buffer"
        case .webp: "webpload_buffer"
        case .gif: "gifload_buffer"
        case .tiff: "tiffload_buffer"
        case .heic, .avif: "heifload_buffer"
        }
    }

    /// The libvips class of that operation's family, to be taken off the list of blocked loaders.
    var loaderClass: String {
        switch self {
        case .jpeg: "VipsForeignLoadJpeg"
        case .png: "VipsForeignLoadPng"
        case .webp: "VipsForeignLoadWebp"
        case .gif: "VipsForeignLoadNsgif"
        case .tiff: "VipsForeignLoadTiff"
        case .heic, .avif: "VipsForeignLoadHeif"
        }
    }
}
