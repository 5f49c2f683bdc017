import CVips

/// libvips, started once for the process and shut to everything but the formats that are read.
enum ImageLibrary {
    /// The outcome of the only start.
    private static let started: Bool = {
        guard vips_init("image-to-song") == 0 else { return false }
        cvips_silence()
        // Pictures come once: a cache of operations would only hold memory, and their senders' data, for longer.
        vips_cache_set_max(0)
        // Callers decode several pictures at a time; a second thread for each gains nothing on the way to a small size.
        vips_concurrency_set(1)
        vips_block_untrusted_set(1)
        vips_operation_block_set("VipsForeignLoad", 1)
        for format in PictureFormat.allCases {
            vips_operation_block_set(format.loaderClass, 0)
        }
        return true
    }()

    /// Starts libvips if this has not happened yet.
    static func start() throws(ImagingError) {
        guard started else {
            throw libraryUnavailable
        }
    }

    /// What is said where libvips does not start.
    static var libraryUnavailable: ImagingError {
        ImagingError(
            .libraryUnavailable, "libvips could not be started: reinstall it (Debian: apt-get install libvips42).")
    }

    /// Whether this system's libvips was built with a loader for the format.
    static func reads(_ format: PictureFormat) -> Bool {
        vips_type_find("VipsOperation", format.loader) != 0
    }
}
