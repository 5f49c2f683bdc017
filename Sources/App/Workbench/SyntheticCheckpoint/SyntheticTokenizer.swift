import Foundation

/// A tokenizer for checkpoints of random weights, as `tokenizer.json`: special tokens at the ids of the published ones,
/// every byte or letter, and a made-up word for each of the other ids. Text is read letter by letter, and whatever id
/// a model makes up can be written.
enum SyntheticTokenizer {
    /// `tokenizer.json` of a byte-level BPE with the ids of OPT.
    static var opt: [String: Any] {
        byteLevel(["\u{10A}": 50118], special: [("<image>", 50265)], template: template(before: ("</s>", 2)))
    }

    /// `tokenizer.json` of a byte-level BPE with the ids of Florence-2: BART's, and behind them those of locations and of the
    /// picture. The published tokens between them mark parts of answers; here they are called by their ids.
    static var florence2: [String: Any] {
        let added = (50265..<51289).map { id in
            (50269..<51269).contains(id) ? ("<loc_\(id - 50269)>", id) : ("<part_\(id)>", id)
        }
        return byteLevel(
            [:], special: [("<mask>", 50264)] + added + [("<image>", 51289)],
            template: template(before: ("<s>", 0), after: ("</s>", 2)))
    }

    /// A byte-level BPE of 50,265 ids and special tokens, some of them behind these.
    /// - Parameter fixed: tokens whose ids are known.
    private static func byteLevel(
        _ fixed: [String: Int], special more: [(String, Int)], template: [String: Any]
    ) -> [String: Any] {
        let special = [("<s>", 0), ("<pad>", 1), ("</s>", 2), ("<unk>", 3)] + more
        var vocabulary = fixed.merging(special.map { ($0.0, $0.1) }) { $1 }
        let taken = Set(vocabulary.values)
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
        for free in id..<50265 where !taken.contains(free) { vocabulary["\u{120}" + word(free)] = free }
        return [
            "version": "1.0", "added_tokens": special.map(addedToken), "normalizer": NSNull(),
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
            "post_processor": template,
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
            "pre_tokenizer": metaspace, "post_processor": template(after: ("</s>", 1)), "decoder": metaspace,
            "model": ["type": "Unigram", "unk_id": 2, "vocab": vocabulary],
        ]
    }

    /// `tokenizer.json` of a WordPiece model with the ids of BERT.
    static var bert: [String: Any] {
        let special = [("[PAD]", 0), ("[UNK]", 100), ("[CLS]", 101), ("[SEP]", 102), ("[MASK]", 103)]
        var vocabulary = Dictionary(uniqueKeysWithValues: special.map { ($0.0, $0.1) })
        let letters = (33...126).compactMap { Unicode.Scalar($0).map(String.init) }.filter { $0 == $0.lowercased() }
        for (offset, letter) in (letters + letters.map { "##" + $0 }).enumerated() { vocabulary[letter] = 999 + offset }
        let taken = Set(vocabulary.values)
        for id in 0..<30522 where !taken.contains(id) { vocabulary[word(id)] = id }
        return [
            "version": "1.0", "added_tokens": special.map(addedToken),
            "normalizer": [
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "lowercase": true,
            ] as [String: Any],
            "pre_tokenizer": ["type": "BertPreTokenizer"],
            "post_processor": template(before: ("[CLS]", 101), after: ("[SEP]", 102)),
            "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true] as [String: Any],
            "model": [
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": vocabulary,
            ] as [String: Any],
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

    /// The special tokens before and behind every text.
    private static func template(before: (String, Int)? = nil, after: (String, Int)? = nil) -> [String: Any] {
        func special(_ token: (String, Int)) -> [String: Any] { ["SpecialToken": ["id": token.0, "type_id": 0]] }
        let text: [String: Any] = ["Sequence": ["id": "A", "type_id": 0]]
        let single = (before.map { [special($0)] } ?? []) + [text] + (after.map { [special($0)] } ?? [])
        return [
            "type": "TemplateProcessing", "single": single, "pair": single,
            "special_tokens": Dictionary(
                uniqueKeysWithValues: [before, after].compactMap(\.self).map { token in
                    (token.0, ["id": token.0, "ids": [token.1], "tokens": [token.0]] as [String: Any])
                }),
        ]
    }
}
