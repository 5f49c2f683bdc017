public import Colour
import Imaging

/// The colours of pictures that were read lately, by the SHA-256 of their files.
struct RecentPalettes {
    /// After so many the older half is forgotten.
    private static let generation = 1024

    private var young: [String: [PaletteColour]] = [:]
    private var old: [String: [PaletteColour]] = [:]

    mutating func palette(_ hash: String) -> [PaletteColour]? {
        guard let palette = young[hash] ?? old[hash] else { return nil }
        remember(palette, hash)
        return palette
    }

    mutating func remember(_ palette: [PaletteColour], _ hash: String) {
        young[hash] = palette
        guard young.count >= Self.generation else { return }
        (old, young) = (young, [:])
    }
}

extension Captioner {
    /// The dominant colours of the picture in the bytes of a file, the one with the largest share first.
    ///
    /// Works on the threads that read pictures, and remembers what it found.
    ///
    /// - Parameter hash: the SHA-256 of the bytes.
    /// - Throws: the codes that are about pictures, `timedOut`, `cancelled` or `internalFailure`.
    public func palette(of bytes: [UInt8], hash: String) async throws(PipelineError) -> [PaletteColour] {
        if let palette = palettes.palette(hash) { return palette }
        let (limits, pictures, patience) = (configuration.limits, pictures, configuration.decodingPatience)
        do {
            let palette = try await withDeadline(configuration.timeout) {
                try await pictures.read(bytes, within: limits, patience: patience) { picture in
                    try picture.rendition(fitting: Rendition.paletteSize).palette()
                }
            }
            palettes.remember(palette, hash)
            return palette
        } catch let error as PipelineError {
            throw error
        } catch is CancellationError {
            throw PipelineError(.cancelled, "The request was given up before its colours were known.")
        } catch {
            throw PipelineError(
                .internalFailure, "The colours could not be read. The log says why, under this request's id.",
                cause: error)
        }
    }
}
