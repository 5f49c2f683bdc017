/// A form that was sent: its one file, and the texts of its known fields.
struct Form: Sendable, Equatable {
    /// The file's bytes.
    var file: [UInt8]
    /// The SHA-256 of the file's bytes, in lower-case hexadecimal.
    var fileHash: String
    /// The client's name for the file, made harmless; `unnamed` where there is none.
    var fileName: String
    /// The texts by the names of their fields.
    var texts: [String: String]

    /// What a form may hold.
    struct Layout: Sendable, Equatable {
        /// The name of the field that holds the file.
        var fileField: String
        /// The names of the fields that hold texts.
        var textFields: Set<String>
        /// Those of them that may come several times; their texts are put together, a line each.
        var repeatableFields: Set<String> = []
        /// The most bytes of one file.
        var maxFileBytes: Int
        /// The most bytes of one text.
        var maxTextBytes = 64 * 1024
        /// The most files. Where there may be several, one that is too large is handed on as such and refuses only itself;
        /// and the texts, which are for all of them, come first.
        var maxFiles = 1

        /// Whether a field that is not known refuses the form; else it is skipped.
        var refusesUnknownFields = true

        /// The names of all fields.
        var names: FieldNames { FieldNames(known: textFields.union([fileField])) }

        /// The most bytes of the whole body: the files, and what else a form may need.
        var maxBodyBytes: Int { maxFiles * (maxFileBytes + 1024) + 1024 * 1024 }
    }
}

/// A file that came in a form.
struct UploadedFile: Sendable {
    /// The client's name for the file, made harmless; `unnamed` where there is none.
    let name: String
    /// The SHA-256 of the file's bytes, in lower-case hexadecimal.
    let hash: String
    /// The file's bytes, or why they were not taken.
    let content: Result<[UInt8], ServerError>
}
