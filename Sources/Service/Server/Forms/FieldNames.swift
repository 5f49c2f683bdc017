import Captioning
import Serving
import Settings

/// The names that a form, a JSON object or a query may have.
///
/// A name that is not among them refuses the request, since a misspelt one would change the answer unnoticed; with
/// STRICT_FIELDS=false it is passed over.
struct FieldNames: Sendable, Equatable {
    /// What the names stand in, as sentences call one of them: a field, or a parameter of a query.
    enum Kind: String, Sendable {
        case field
        case parameter
    }

    let known: Set<String>
    var kind = Kind.field

    /// Names of other programs for what is meant here; the first that the call knows is named.
    private static let elsewhere: [String: [String]] = [
        "n": ["num_return_sequences", "limit"], "text": ["prompt"], "caption": ["prompt"], "file": ["image", "images"],
        "files": ["images", "image"], "picture": ["image", "images"], "photo": ["image", "images"],
        "upload": ["image", "images"], "images": ["image"], "image": ["images"], "q": ["query"], "search": ["query"],
        "count": ["limit"], "k": ["limit", "top_k"], "skip": ["offset"], "page": ["offset"], "filename": ["name"],
        "genre": ["genres"], "song_ids": ["ids"], "songs": ["ids"],
    ].merging(CaptionOption.all.flatMap { option in option.aliases.map { ($0, [option.name]) } }) { own, _ in own }

    /// The refusal of a name that is not known.
    ///
    /// - Parameter path: what comes before the name where objects lie in objects, as in `filters.`.
    func refusal(of name: String, path: String = "") -> ServerError {
        let shown = AccessEntry.shortened(FileName.sanitise(name), to: 40)
        let meant = nearest(to: name).map { " Was \($0) meant?" } ?? ""
        let list = known.isEmpty ? "This call takes none." : "Known are \(known.sorted().joined(separator: ", "))."
        return ServerError(.unknownField, "There is no \(kind.rawValue) \(path)\(shown).\(meant) \(list)")
    }

    /// The known name that was probably meant.
    private func nearest(to name: String) -> String? {
        if let meant = Self.elsewhere[name.lowercased()]?.first(where: known.contains) { return meant }
        return name.utf8.count <= 100 ? NameDistance.nearest(to: name, of: known.sorted()) : nil
    }
}
