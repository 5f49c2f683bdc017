/// How far two names of settings or fields are apart: in slips of the pen.
public enum NameDistance {
    /// The one of `names` that `text` was probably meant to be; nil where none is near.
    public static func nearest(to text: String, of names: [String]) -> String? {
        near(to: text, of: names).first
    }

    /// Those of `names` that `text` may have been meant to be, the nearest ones first.
    ///
    /// Small letters and underscores do not count. Otherwise a slip in every four letters is allowed, two at most, so that
    /// another program's settings in the same file are left alone.
    public static func near(to text: String, of names: [String]) -> [String] {
        let plain = letters(text)
        return names.map { (name: $0, distance: between(plain, letters($0))) }
            .filter { $0.distance <= min(2, letters($0.name).count / 4) }
            .sorted { $0.distance < $1.distance }.map(\.name)
    }

    private static func letters(_ name: String) -> [Character] {
        name.uppercased().filter { $0 != "_" }
    }

    /// The least number of letters that are added, left out, replaced, or swapped with their neighbour, to make one name
    /// of the other (the optimal string alignment distance).
    static func between(_ first: [Character], _ second: [Character]) -> Int {
        var rows = [Array(0...second.count)]
        for i in first.indices {
            var row = [i + 1]
            for j in second.indices {
                var least = min(row[j], rows[i][j + 1]) + 1
                least = min(least, rows[i][j] + (first[i] == second[j] ? 0 : 1))
                if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
