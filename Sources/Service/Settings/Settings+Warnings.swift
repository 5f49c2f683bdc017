import Hub

extension Settings {
    /// What is probably a mistake, in sentences that give no secret away.
    var warnings: [String] { shortKeys + halfSpotify }

    /// A client without its secret, or the other way round.
    private var halfSpotify: [String] {
        guard spotifyClientID.isEmpty != spotifyClientSecret.isEmpty else { return [] }
        let missing = spotifyClientID.isEmpty ? "SPOTIFY_CLIENT_ID" : "SPOTIFY_CLIENT_SECRET"
        return ["\(missing) is missing, so that no tracks are looked up at Spotify: set both, or neither."]
    }

    private var shortKeys: [String] {
        apiKeys.enumerated().filter { $0.element.count < Self.leastKeyLength }.map { index, key in
            "Key \(index + 1) of \(apiKeys.count) in API_KEYS has only \(key.count) "
                + "\(key.count == 1 ? "character" : "characters"): use \(Self.leastKeyLength) or more, "
                + "such as `openssl rand -hex 24` prints."
        }
    }

    /// A key of this many characters cannot be found by trying.
    private static let leastKeyLength = 16
}

extension EnvironmentFile {
    /// What is probably a mistake in the file, in sentences.
    var warnings: [String] {
        let names = Settings.table.map(\.name)
        var earlier: [String: Int] = [:]
        return entries.flatMap { entry in
            var warnings: [String] = []
            if let line = earlier.updateValue(entry.line, forKey: entry.name), names.contains(entry.name) {
                warnings.append(
                    "\(entry.name) stands on lines \(line) and \(entry.line) of \(path); the later one holds.")
            }
            if Self.environmentOnly.contains(entry.name) {
                warnings.append(
                    "\(entry.name) on line \(entry.line) of \(path) has no effect there: "
                        + "set it in the environment of the process.")
            } else if !names.contains(entry.name), let name = NameDistance.nearest(to: entry.name, of: names) {
                warnings.append("\(path), line \(entry.line): there is no setting \(entry.name); was \(name) meant?")
            }
            return warnings
        }
    }

    /// Names that this program reads, but not from here.
    private static let environmentOnly = ["ONNXRUNTIME_LIBRARY"] + HubEnvironment.variables
}
