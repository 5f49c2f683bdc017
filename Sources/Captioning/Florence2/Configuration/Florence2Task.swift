/// What Florence-2 can be asked, by the tokens that its processor makes sentences of.
///
/// Source: transformers 5.24, `Florence2Processor`.
struct Florence2Task: Sendable, Equatable {
    /// The answer.
    enum Answer: Sendable, Equatable {
        /// A text.
        case text
        /// Boxes, polygons and labels.
        case places
    }

    /// What a prompt names it by.
    let token: String
    /// What the model is asked; "{input}" stands for what the prompt says beside the token.
    let sentence: String
    let answer: Answer
    /// The most new tokens where nobody says it; nil for the model's default.
    ///
    /// transformers makes 20, whatever the task, which ends most of these texts in the middle.
    var newTokens: Int?

    var takesInput: Bool { sentence.contains(Self.input) }

    private static let input = "{input}"

    /// In the order in which the processor looks for them.
    static let all = [
        Florence2Task("<OCR>", "What is the text in the image?", newTokens: 512),
        Florence2Task("<OCR_WITH_REGION>", "What is the text in the image, with regions?", .places),
        Florence2Task("<CAPTION>", "What does the image describe?"),
        Florence2Task("<DETAILED_CAPTION>", "Describe in detail what is shown in the image.", newTokens: 128),
        Florence2Task(
            "<MORE_DETAILED_CAPTION>", "Describe with a paragraph what is shown in the image.", newTokens: 512),
        Florence2Task("<OD>", "Locate the objects with category name in the image.", .places),
        Florence2Task("<DENSE_REGION_CAPTION>", "Locate the objects in the image, with their descriptions.", .places),
        Florence2Task("<REGION_PROPOSAL>", "Locate the region proposals in the image.", .places),
        Florence2Task("<CAPTION_TO_PHRASE_GROUNDING>", "Locate the phrases in the caption: {input}", .places),
        Florence2Task("<REFERRING_EXPRESSION_SEGMENTATION>", "Locate {input} in the image with mask", .places),
        Florence2Task("<REGION_TO_SEGMENTATION>", "What is the polygon mask of region {input}", .places),
        Florence2Task("<OPEN_VOCABULARY_DETECTION>", "Locate {input} in the image.", .places),
        Florence2Task("<REGION_TO_CATEGORY>", "What is the region {input}?"),
        Florence2Task("<REGION_TO_DESCRIPTION>", "What does the region {input} describe?"),
        Florence2Task("<REGION_TO_OCR>", "What text is in the region {input}?"),
    ]

    private init(_ token: String, _ sentence: String, _ answer: Answer = .text, newTokens: Int? = nil) {
        (self.token, self.sentence, self.answer, self.newTokens) = (token, sentence, answer, newTokens)
    }

    /// The task that a prompt names; nil for a prompt that is a sentence itself.
    static func named(in prompt: String) -> Florence2Task? { all.first { prompt.contains($0.token) } }

    /// What the model is asked.
    /// - Parameter prompt: a prompt that names the task.
    /// - Returns: nil where the task takes nothing beside its token, and there is something.
    func question(_ prompt: String) -> String? {
        guard takesInput else { return prompt == token ? sentence : nil }
        let input = prompt.replacing(token, with: "").trimmingWhitespace()
        return sentence.replacing(Self.input, with: input)
    }
}

extension String {
    fileprivate func trimmingWhitespace() -> String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
