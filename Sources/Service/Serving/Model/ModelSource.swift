public import Checkpoint
public import Foundation
public import Hub
public import ModelRegistry
import Settings

/// What MODEL_ID and --model name: a folder, or a model on the Hugging Face Hub.
public enum ModelSource: Sendable {
    case folder(URL)
    case hub(ModelReference)

    /// Reads a name. An existing folder wins over a model on the Hub of the same name, short or not.
    ///
    /// - Throws: `CheckpointError` where the text is neither a checkpoint's folder nor a name of the Hub; it has the short names
    ///   that are near.
    public init(_ text: String) throws(CheckpointError) {
        if Self.isFolder(text) {
            do {
                self = .folder(try CheckpointLocation(text).folder())
            } catch let error {
                guard let reference = Self.reference(text) else { throw error }
                throw CheckpointError(
                    error.code, "\(error.message) If the model on the Hub is meant, give \(reference).",
                    cause: error.cause)
            }
        } else if let reference = Self.reference(text) {
            self = .hub(reference)
        } else if ShortName.isLike(text) {
            throw CheckpointError(
                .missingFile, "\"\(text.prefix(200))\" is no folder here and no model. \(ShortName.advice(text))")
        } else {
            self = .folder(try CheckpointLocation(text).folder())
        }
    }

    /// Which of the captioners with short names it is; nil for a folder, and for other models.
    public var published: PublishedModel? {
        guard case .hub(let reference) = self else { return nil }
        return ModelRegistry.standard.publishedModel(id: "\(reference.name)")
    }

    /// A sentence where a folder hides the captioner of that short name; nil elsewhere.
    public static func hiding(_ text: String) -> String? {
        guard isFolder(text), let model = ModelRegistry.standard.publishedModel(alias: text) else { return nil }
        return "The model is the folder \(text) here. For the one on the Hub, give \(model.id)."
    }

    private static func isFolder(_ text: String) -> Bool {
        text == CheckpointLocation.demoFolder
            || FileManager.default.fileExists(atPath: (text as NSString).expandingTildeInPath)
    }

    private static func reference(_ text: String) -> ModelReference? { try? ModelReference(typed: text) }

    /// The folder with the checkpoint's files, which are fetched first where they must be; notes that it is used.
    ///
    /// - Parameters:
    ///   - modelCache: MODEL_CACHE_DIR.
    ///   - report: told how far a download has come.
    /// - Throws: `HubError`; `CancellationError`.
    public func checkpoint(
        modelCache: URL, report: @escaping @Sendable (HubEvent) -> Void
    ) async throws -> URL {
        switch self {
        case .folder(let folder):
            return folder
        case .hub(let reference):
            do {
                let snapshot = try await Hub.here(modelCache: modelCache).model(reference, report: report)
                UseLog(modelCache: modelCache).note(snapshot)
                return snapshot.folder
            } catch let error as HubError where [.repositoryMissing, .repositoryHidden].contains(error.code) {
                throw HubError(
                    error.code, "\(error.message) There is no folder \(reference) either.", cause: error.cause)
            }
        }
    }
}

extension ModelReference {
    /// Reads what a user types for a model on the Hub: its name there, or its short name in whatever letters, either with
    /// `@revision` or without. This is the one place where a short name becomes a model.
    ///
    /// - Throws: `invalidName`, with the short names that are near; `invalidRevision`.
    public init(typed text: String) throws(HubError) {
        let (name, revision) = ShortName.split(text)
        if let model = ModelRegistry.standard.publishedModel(alias: name) {
            try self.init(model.id + revision)
        } else if ShortName.isLike(text) {
            throw HubError(
                .invalidName,
                "\"\(text.prefix(200))\" is no name of a model: it is neither a short name nor of the form organisation/name. "
                    + ShortName.advice(text))
        } else {
            try self.init(text)
        }
    }
}

/// Short names as users type them.
private enum ShortName {
    /// A name, and what stands behind it from `@` on.
    static func split(_ text: String) -> (name: String, revision: String) {
        let name = text.prefix { $0 != "@" }
        return (String(name), String(text[name.endIndex...]))
    }

    /// Whether somebody who types this may mean a short name: it is no path, and no name with an organisation.
    static func isLike(_ text: String) -> Bool {
        !text.isEmpty && !text.contains("/") && !text.hasPrefix(".") && !text.hasPrefix("~")
    }

    /// Which names may be meant, and where all of them stand.
    static func advice(_ text: String) -> String {
        let near = near(split(text).name)
        let list = near.isEmpty ? ModelRegistry.standard.publishedModels.map(\.alias) : near
        return (near.isEmpty ? "Short names are \(joined(list, "and"))" : "Was \(joined(list, "or")) meant?")
            + (near.isEmpty ? "; " : " ") + "`image-to-song models available` says what each is."
    }

    /// The short names that are near: by slips of the pen; else because it is the name on the Hub without its organisation; else
    /// because one begins as the other does.
    private static func near(_ name: String) -> [String] {
        let models = ModelRegistry.standard.publishedModels
        let typed = name.lowercased()
        let slips = NameDistance.near(to: typed, of: models.map(\.alias))
        if !slips.isEmpty { return slips }
        let repositories = models.filter { $0.id.lowercased().hasSuffix("/\(typed)") }
        if !repositories.isEmpty { return repositories.map(\.alias) }
        return models.map(\.alias).filter { alias in
            typed.hasPrefix("\(alias)-") || typed.count >= 3 && alias.hasPrefix(typed)
        }
    }

    private static func joined(_ names: [String], _ word: String) -> String {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return "\(names.dropLast().joined(separator: ", ")) \(word) \(last)"
    }
}

extension Hub {
    /// The Hub as this process's environment describes it.
    ///
    /// - Throws: `invalidEnvironment`.
    public static func here(modelCache: URL) throws(HubError) -> Hub {
        var options = HubOptions()
        options.userAgent = "\(Release.name)/\(Release.version)"
        return Hub(try HubEnvironment(modelCache: modelCache), options: options)
    }
}
