import Captioning
import Foundation
import Pipeline

extension CaptionOptions {
    /// The fields of a form that `init(form:)` reads.
    static let formFields = Set(
        ["prompt", "early_stopping"] + wholeNumbers.map(\.name) + decimals.map(\.name))

    /// Reads the optional fields of a form; a field without text counts as not sent.
    ///
    /// - Throws: `invalidField` where a text is not what the field takes. Whether a number is within its range is for the
    ///   ``Captioner`` to say.
    init(form: [String: String]) throws(ServerError) {
        let texts = form.filter { !$0.value.isEmpty }
        self.init(prompt: texts["prompt"])
        for field in Self.wholeNumbers {
            guard let text = texts[field.name] else { continue }
            guard let number = Int(text) else {
                throw ServerError(
                    .invalidField,
                    "\(field.name) is not a whole number. Send digits only, as in \(max(1, field.range.lowerBound)).")
            }
            self[keyPath: field.place] = number
        }
        for field in Self.decimals {
            guard let text = texts[field.name] else { continue }
            guard let number = Double(text), number.isFinite else {
                throw ServerError(
                    .invalidField, "\(field.name) is not a number. Send a number, as in 0.5, or leave the field out.")
            }
            self[keyPath: field.place] = number
        }
        if let text = texts["early_stopping"] {
            guard let choice = EarlyStopping(rawValue: text.lowercased()) else {
                throw ServerError(.invalidField, "early_stopping is neither true, false nor never. Send one of these.")
            }
            search.earlyStopping = choice
        }
    }
}
