internal import Foundation

/// The words of captions and tags, in a form in which those that mean the same are the same.
enum WordForms {
    /// The words as they are written, in lower case and without accents; what is neither letter nor digit parts them, but for an
    /// apostrophe.
    static func words(of text: String) -> [String] {
        var plain = text.lowercased()
        if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
            plain = plain.folding(options: .diacriticInsensitive, locale: nil).replacing("ß", with: "ss")
                .replacing("’", with: "'")
        }
        return plain.split { !$0.isLetter && !$0.isNumber && $0 != "'" }
            .map { word in word.hasSuffix("'s") ? String(word.dropLast(2)) : String(word).replacing("'", with: "") }
            .filter { !$0.isEmpty }
    }

    /// The words' stems without those that say nothing.
    static func stems(of text: String) -> [String] {
        words(of: text).filter { !empty.contains($0) }.map(stem)
    }

    /// What a word shares with its other forms: "rains", "raining" and "rainy" are "rain". Both sides of a comparison go through here,
    /// so it need not be a word itself. Only ends are cut: "train" never becomes "rain".
    static func stem(_ word: String) -> String {
        if let known = irregular[word] { return known }
        var stem = word
        if stem.hasSuffix("ies"), stem.count > 4 {
            stem = stem.dropLast(3) + "y"
        } else if ["sses", "shes", "ches", "xes", "zes"].contains(where: stem.hasSuffix) {
            stem.removeLast(2)
        } else if stem.hasSuffix("s"), stem.count > 3, !["ss", "us", "is"].contains(where: stem.hasSuffix) {
            stem.removeLast()
        }
        for ending in ["ing", "ed"] where stem.hasSuffix(ending) && isStem(stem.dropLast(ending.count)) {
            stem.removeLast(ending.count)
            if let last = stem.last, stem.dropLast().last == last, !"aeiouls".contains(last) { stem.removeLast() }
            break
        }
        if stem.hasSuffix("ly"), stem.count > 5 { stem.removeLast(2) }
        if let known = irregular[stem] { return known }
        if stem.hasSuffix("e"), stem.count > 3 { stem.removeLast() }
        return stem
    }

    private static func isStem(_ word: Substring) -> Bool {
        word.count >= 3 && word.contains { "aeiouy".contains($0) }
    }

    /// Words of a tag or caption that are in all of them.
    private static let empty: Set<String> = Set(
        """
        a an the and or of in on at to with by for from into onto over under up down off out near next beside behind front is are was \
        were be been being it its this that these those there here his her their he she they i you we my your our as while very some \
        any several many few lot one two three four five other another each all no not picture photo photograph image view scene \
        music song songs has have had do does top side back
        """.split { $0 == " " || $0 == "\n" }.map(String.init))

    /// Forms that no rule finds. Adjectives of the weather are listed one by one: "city" is no form of "cit".
    private static let irregular: [String: String] = [
        "rainy": "rain", "snowy": "snow", "windy": "wind", "sunny": "sun", "foggy": "fog", "misty": "mist",
        "cloudy": "cloud", "stormy": "storm", "icy": "ice", "frosty": "frost", "wintry": "winter", "starry": "star",
        "sleepy": "sleep", "asleep": "sleep", "dreamy": "dream", "sandy": "sand", "grassy": "grass", "dusty": "dust",
        "smoky": "smoke", "gloomy": "gloom", "shady": "shade", "lonely": "lone", "lonesome": "lone",
        "funky": "funk", "bluesy": "blue", "blues": "blue", "happiness": "happy", "sadness": "sad", "men": "man",
        "women": "woman", "children": "child", "people": "person", "leaves": "leaf", "wolves": "wolf", "ran": "run",
        "sang": "sing", "sung": "sing", "slept": "sleep", "fell": "fall", "fallen": "fall", "lit": "light",
        "feet": "foot", "geese": "goose", "mice": "mouse", "evening": "evening", "morning": "morning",
        "wedding": "wedding", "spring": "spring", "king": "king", "ring": "ring", "swing": "swing", "sing": "sing",
        "ocean": "sea", "seaside": "sea", "night": "night", "nighttime": "night", "joyous": "joyful",
        "dying": "die", "died": "die", "lying": "lie", "red": "red", "bed": "bed", "christmas": "christmas",
        "mountainous": "mountain", "melancholy": "melancholic", "romance": "romantic", "energy": "energetic",
    ]
}
