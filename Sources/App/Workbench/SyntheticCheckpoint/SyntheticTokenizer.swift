import Foundation

/// A tokenizer for checkpoints of random weights, as `tokenizer.json`: special tokens at the ids of the published ones,
/// every byte or letter, and a made-up word for each of the other ids. Text is read letter by letter, and whatever id
/// a model makes up can be written.
enum SyntheticTokenizer {
    /// `tokenizer.json` of a byte-level BPE with the ids of OPT.
    static var opt: [String: Any] {
        var vocabulary: [String: Int] = [
            "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "\u{10A}": 50118, "<image>": 50265,
        ]
        // GPT-2 writes the bytes that are no visible letters as the letters from U+0100 on.
        let visible = Set(33...126).union(161...172).union(174...255)
        var invisible: UInt32 = 0x100
        var id = 4
        for byte in 0...255 {
            let letter = visible.contains(byte) ? UInt32(byte) : invisible
            if !visible.contains(byte) { invisible += 1 }
            guard let scalar = Unicode.Scalar(letter), vocabulary[String(scalar)] == nil else { continue }
            vocabulary[String(scalar)] = id
            id += 1
        }
        for free in id..<50265 where free != 50118 { vocabulary["\u{120}" + word(free)] = free }
        let special = [("<s>", 0), ("<pad>", 1), ("</s>", 2), ("<unk>", 3), ("<image>", 50265)]
        return [
            "version": "1.0", "added_tokens": special.map(addedToken), "normalizer": NSNull(),
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
            "post_processor": template(before: "</s>", id: 2),
            "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
            "model": ["type": "BPE", "vocab": vocabulary, "merges": [String]()],
        ]
    }

    /// `tokenizer.json` of a Unigram model with the ids of T5.
    static var t5: [String: Any] {
        let letters = ["\u{2581}"] + (33...126).compactMap { Unicode.Scalar($0).map(String.init) }
        var vocabulary: [[Any]] = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0]] + letters.map { [$0, -8.0] }
        for id in vocabulary.count..<32100 { vocabulary.append(["\u{2581}" + word(id), -10.0]) }
        vocabulary.append(["<image>", 0.0])
        let special = [("<pad>", 0), ("</s>", 1), ("<unk>", 2), ("<image>", 32100)]
        let metaspace: [String: Any] = ["type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always"]
        return [
            "version": "1.0", "added_tokens": special.map(addedToken), "normalizer": NSNull(),
            "pre_tokenizer": metaspace, "post_processor": template(after: "</s>", id: 1), "decoder": metaspace,
            "model": ["type": "Unigram", "unk_id": 2, "vocab": vocabulary],
        ]
    }

    /// A word of its own for each number, which can be spoken: 4711 is "gewi", for instance.
    static func word(_ number: Int) -> String {
        let (consonants, vowels) = (Array("bdfghklmnprstvwz"), Array("aeiou"))
        var (rest, letters) = (number, "")
        repeat {
            letters.append(consonants[rest % consonants.count])
            rest /= consonants.count
            letters.append(vowels[rest % vowels.count])
            rest /= vowels.count
        } while rest > 0
        return letters
    }

    private static func addedToken(_ content: String, _ id: Int) -> [String: Any] {
        [
            "id": id, "content": content, "special": true, "normalized": false, "lstrip": false, "rstrip": false,
            "single_word": false,
        ]
    }

    /// The special token before or behind every text.
    private static func template(before: String? = nil, after: String? = nil, id: Int) -> [String: Any] {
        func special(_ token: String) -> [String: Any] { ["SpecialToken": ["id": token, "type_id": 0]] }
        let text: [String: Any] = ["Sequence": ["id": "A", "type_id": 0]]
        let tokens = [before, after].compactMap(\.self)
        let single = (before.map { [special($0)] } ?? []) + [text] + (after.map { [special($0)] } ?? [])
        return [
            "type": "TemplateProcessing", "single": single, "pair": single,
            "special_tokens": Dictionary(
                uniqueKeysWithValues: tokens.map { ($0, ["id": $0, "ids": [id], "tokens": [$0]] as [String: Any]) }),
        ]
    }
}
