/// A form that was sent: its one file, and the texts of its known fields.
struct Form: Sendable, Equatable {
    /// The file's bytes.
    var file: [UInt8]
    /// The client's name for the file, made harmless; `unnamed` where there is none.
    var fileName: String
    /// The texts by the names of their fields.
    var texts: [String: String]

    /// What a form may hold.
    struct Layout: Sendable, Equatable {
        /// The name of the field that holds the file.
        var fileField: String
        /// The names of the fields that hold texts. Others are skipped.
        var textFields: Set<String>
        /// The most bytes of the file.
        var maxFileBytes: Int
        /// The most bytes of one text.
        var maxTextBytes = 64 * 1024

        /// The most bytes of the whole body: the file, and what else a form may need.
        var maxBodyBytes: Int { maxFileBytes + 1024 * 1024 }
    }
}
