import Captioning
import Generation
import Tokenization

/// How Florence-2 is asked: `<s>`, a sentence, `</s>`, behind the picture.
struct Florence2Prompt {
    let configuration: Florence2Configuration

    /// The caption that is asked for where nobody says anything.
    static let standardTask = "<CAPTION>"

    private static let tasks: [CaptionOptions.Detail: String] = [
        .short: standardTask, .long: "<DETAILED_CAPTION>", .longest: "<MORE_DETAILED_CAPTION>",
    ]

    /// What a request asks for. The answer never repeats it.
    /// - Throws: `invalidOption` for a task whose answer is no text, and for a task with something beside it.
    func prompt(for options: CaptionOptions, _ tokenizer: any Tokenizing) throws(CaptionError) -> Prompt {
        let given = options.prompt.flatMap { $0.isEmpty ? nil : $0 }
        if let detail = options.detail, given != nil {
            throw CaptionError(
                .invalidOption,
                "detail is \(detail.rawValue), but there is a prompt, which says itself what to write: leave one of them "
                    + "out.")
        }
        let prompt = given ?? Self.tasks[options.detail ?? .short] ?? Self.standardTask
        guard let task = Florence2Task.named(in: prompt) else {
            return Prompt(try ids(of: prompt, tokenizer), isRepeated: false)
        }
        let names = Florence2Task.all.filter { $0.answer == .text }.map(\.token).joined(separator: ", ")
        guard task.answer == .text else {
            throw CaptionError(
                .invalidOption,
                "The prompt is the task \(task.token), which is answered with places in the picture and not with a text. These are "
                    + "answered with one: \(names).")
        }
        guard let question = task.question(prompt) else {
            throw CaptionError(
                .invalidOption,
                "The prompt has more in it than the task \(task.token), which stands alone. Leave the rest out, or ask in "
                    + "words.")
        }
        return Prompt(try ids(of: question, tokenizer), isRepeated: false, newTokens: task.newTokens)
    }

    private func ids(of sentence: String, _ tokenizer: any Tokenizing) throws(CaptionError) -> [Int] {
        let ids = configuration.ids(of: sentence, tokenizer)
        if let image = configuration.imageTokenID, ids.contains(image) {
            throw CaptionError(
                .invalidOption,
                "The prompt holds the token that stands for the picture. Leave it out: the picture is always in front.")
        }
        return ids
    }
}

extension Florence2Configuration {
    /// `<s>`, the sentence and `</s>`: what transformers' processor puts behind the tokens that stand for the picture.
    func ids(of sentence: String, _ tokenizer: any Tokenizing) -> [Int] {
        let end = tokenizer.tokenID(of: "</s>") ?? text.eosTokenIDs.first
        return [text.bosTokenID] + tokenizer.encode(sentence, addingSpecialTokens: false) + (end.map { [$0] } ?? [])
    }
}
