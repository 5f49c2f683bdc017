import Captioning
import Serving

extension CaptionOptions {
    /// The fields of a form that `init(form:)` reads.
    static let formFields = Set(CaptionOption.all.map(\.name))

    /// Those of them that a form may have several times.
    static let repeatableFields = Set(CaptionOption.all.filter(\.isList).map(\.name))

    /// Reads the optional fields of a form; a field without text counts as not sent.
    ///
    /// - Throws: `invalidField` where a text is not what the field takes. Whether a number is within its range is for the
    ///   ``Captioner`` to say.
    init(form texts: [String: String]) throws(ServerError) {
        self.init()
        for option in CaptionOption.all {
            guard let text = texts[option.name], !text.isEmpty else { continue }
            do {
                try option.set(text, in: &self)
            } catch {
                throw ServerError(.invalidField, "\(option.name) \(error.problem). Send \(error.advice).")
            }
        }
    }
}
