import Foundation
import Testing

@testable import Songs

@Suite("Catalogue search")
struct SearchTests {
    private let place: Workplace
    private let catalogue: SongCatalogue

    init() throws {
        place = try Workplace()
        catalogue = try place.catalogue()
        _ = try SongImport(catalogue: catalogue).run(
            path: place.file("l.csv", "title\nDon't Stop\nStraße\nガラス\nNaïve Ædipus\nO’Brien\nहिन्दी\n½ Moon\n"))
    }

    @Test(
        "Finds a title by itself, whatever its letters and punctuation",
        arguments: [
            ("Don't Stop", "Don't Stop"), ("don't", "Don't Stop"), ("don’t", "Don't Stop"), ("Straße", "Straße"),
            ("ガラス", "ガラス"), ("naive æd", "Naïve Ædipus"), ("NAÏVE", "Naïve Ædipus"), ("O'Brien", "O’Brien"),
            ("हिन्दी", "हिन्दी"), ("½", "½ Moon"), ("don\"t", "Don't Stop"), ("* Stop -", "Don't Stop"),
        ])
    func found(query: String, title: String) throws {
        #expect(try catalogue.search(query).songs.map(\.title) == [title])
    }

    @Test(
        "Treats operators, quotes, NULs and huge queries as plain text",
        arguments: [
            "\"", "\"\"", "(", "title:stop", "stop OR", "NEAR(a b)", "stop\u{0}x", "^", "a*b\"c", "{title}: x", "\u{0}",
            String(repeating: "stop ", count: 5000), String(repeating: "\"", count: 999),
        ])
    func harmless(query: String) throws {
        let page = try catalogue.search(query, limit: 3)
        #expect(page.songs.count <= 3 && page.total <= 7)
    }
}
