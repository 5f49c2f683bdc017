/// What a column of a table of songs holds.
enum SongColumn: String, CaseIterable {
    case uri, spotifyID, kind, embeddable, title, artist, album, year, duration, length, explicit, isrc, mbid, path,
        licence, genres,
        moods, themes
    case instruments, danceability, energy, key, loudness, mode, speechiness, acousticness, instrumentalness, liveness,
        valence, arousal, tempo, tempoMarking, timeSignature

    /// The column that a heading stands for: one of ours, or one of Exportify's in any of its languages; nil for others.
    init?(heading: String) {
        guard let column = Self.byHeading[SongKey.plain(SongText.cut(heading, 200))] else { return nil }
        self = column
    }

    /// Whether headings are those of Exportify, or of a program that writes as it does: they name Spotify's tracks by their URIs, or
    /// several columns as only Exportify does.
    static func areExportify(_ headings: [String]) -> Bool {
        let plain = Set(headings.lazy.map { SongKey.plain(SongText.cut($0, 200)) })
        let columns = Set(plain.compactMap { byHeading[$0] })
        if columns.contains(.uri) { return true }
        let marks = plain.intersection(exportifyMarks).count
        return marks >= (columns.contains(.spotifyID) ? 2 : 4)
    }

    /// Headings that Exportify has, in all its languages, and a table by somebody else would hardly have.
    private static let exportifyMarks: Set<String> = {
        var marks = [
            "Artist URI(s)", "Album URI", "Artist IDs", "Album Artist URI(s)", "Album Artist Name(s)",
            "Album Image URL",
            "Track Preview URL", "Popularity", "Added By", "Added At", "Record Label", "Artist Genres",
        ]
        for (column, names) in headings where [.title, .artist, .album].contains(column) { marks += names }
        let ours = ["title", "name", "song", "song title", "artist", "artists", "composer", "artist name", "album"]
        return Set(marks.map(SongKey.plain)).subtracting(ours)
    }()

    private static let byHeading: [String: SongColumn] = {
        var result: [String: SongColumn] = [:]
        for (column, headings) in headings {
            for heading in headings where result[SongKey.plain(heading)] == nil {
                result[SongKey.plain(heading)] = column
            }
        }
        return result
    }()

    /// Our own heading first, then those of Exportify: English, German, Spanish, French, Italian, Dutch, Portuguese, Swedish,
    /// Turkish, Japanese, Greek, Arabic (the translations in github.com/watsonbox/exportify).
    private static let headings: [(SongColumn, [String])] = [
        (
            .uri,
            [
                "Track URI", "Spotify URI", "Track-URI", "URI de la canción", "URI du titre",
                "URI della traccia", "Nummer URI", "URI da faixa", "Låtens URI", "Parça URI", "トラックURI",
                "URI κομματιού", "رابط الأغنية (URI)",
            ]
        ),
        (
            .title,
            [
                "title", "Track Name", "Track-Name", "Nombre de la canción", "Nom du titre",
                "Nome della traccia", "Nummernaam", "Nome da faixa", "Låtens namn", "Parça Adı", "トラック名",
                "Όνομα κομματιού", "اسم الأغنية", "name", "song", "song title",
            ]
        ),
        (
            .artist,
            [
                "artist", "Artist Name(s)", "Artist Names", "Künstlername(n)", "Nombre(s) del artista",
                "Nom(s) de l'artiste", "Nome dell'artista", "Naam van artiest", "Nome(s) do artista",
                "Artistens namn", "Sanatçı Adı", "アーティスト名", "Όνομα/τα καλλιτέχνη", "أسماء الفنانين",
                "artists", "composer", "artist name",
            ]
        ),
        (
            .album,
            [
                "album", "Album Name", "Album-Name", "Nombre del álbum", "Nom de l'album", "Nome dell'album",
                "Naam van album", "Nome do álbum", "Albumets namn", "Albüm Adı", "アルバム名", "Όνομα άλμπουμ",
                "اسم الألبوم",
            ]
        ),
        (
            .year,
            [
                "year", "date", "Release Date", "Album Release Date", "Veröffentlichungsdatum des Albums",
                "Fecha de lanzamiento del álbum", "Date de sortie de l'album", "Data di rilascio dell'album",
                "Releasedatum van het album", "Data de lançamento do álbum", "Albumets releasedatum",
                "Albüm Çıkış Tarihi", "アルバム発売日", "Ημερομηνία κυκλοφορίας άλμπουμ", "تاريخ إصدار الألبوم",
            ]
        ),
        (
            .duration,
            [
                "duration_ms", "Track Duration (ms)", "Duration (ms)", "Track-Dauer (ms)",
                "Duración de la canción (ms)", "Durée du titre (ms)", "Durata della traccia (ms)",
                "Nummerduur (ms)", "Duração da faixa (ms)", "Låtlängd (ms)", "Parça Süresi (ms)",
                "トラックの長さ（ミリ秒）", "Διάρκεια κομματιού (ms)", "مدة الأغنية (بالمللي ثانية)",
            ]
        ),
        (
            .explicit,
            [
                "explicit", "Explizit", "Explícito", "Explicite", "Esplicito", "Expliciet", "Explícita",
                "Açık İçerik", "明示的な内容", "Ακατάλληλο", "صريح",
            ]
        ),
        (.spotifyID, ["spotify_id", "Track ID", "Spotify - id", "Spotify Track ID"]),
        (.kind, ["type", "kind", "media kind", "media type"]),
        (.length, ["length", "duration", "time", "total time", "duration_s", "duration (s)", "seconds"]),
        (.embeddable, ["embeddable"]),
        (.isrc, ["isrc"]),
        (.mbid, ["mbid", "musicbrainz_id"]),
        (.path, ["path", "file", "location"]),
        (.licence, ["licence", "license"]),
        (
            .genres,
            [
                "genres", "genre", "track genre", "Artist Genres", "Künstler-Genres", "Géneros del artista",
                "Genres de l'artiste", "Generi dell'artista", "Genres van de artiest", "Gêneros do artista",
                "Artistens genrer", "Sanatçı Türleri", "アーティストジャンル", "Είδη καλλιτέχνη", "أنواع الفنان",
            ]
        ),
        (.moods, ["moods", "mood"]),
        (.themes, ["themes", "theme"]),
        (.instruments, ["instruments", "instrument"]),
        (
            .danceability,
            [
                "danceability", "Tanzbarkeit", "Bailabilidad", "Danseabilité", "Ballabilità", "Dansbaarheid",
                "Dançabilidade", "Dansbarhet", "Dans Edilebilirlik", "ダンサビリティ", "Χορευτικότητα",
                "قابلية الرقص",
            ]
        ),
        (
            .energy,
            [
                "energy", "Energie", "Energía", "Énergie", "Energia", "Energi", "Enerji", "エネルギー",
                "Ενέργεια", "الطاقة",
            ]
        ),
        (
            .key,
            [
                "key", "Tonart", "Tonalidad", "Tonalité", "Chiave", "Toonsoort", "Tonalidade", "Ton", "キー",
                "Τονικότητα", "المفتاح",
            ]
        ),
        (
            .loudness,
            [
                "loudness", "Lautstärke", "Volumen", "Volume sonore", "Volume", "Luidheid", "Ljudstyrka",
                "Ses Seviyesi", "ラウドネス", "Ένταση", "مستوى الصوت",
            ]
        ),
        (.mode, ["mode", "Modus", "Modo", "Modalità", "Läge", "Mod", "モード", "Τρόπος", "النمط"]),
        (
            .speechiness,
            [
                "speechiness", "Sprachanteil", "Hablado", "Parlabilité", "Linguaggio parlato",
                "Spraakzaamheid", "Oralidade", "Talighet", "Konuşma Oranı", "スピーチ性", "Ομιλητικότητα",
                "محتوى الكلام",
            ]
        ),
        (
            .acousticness,
            [
                "acousticness", "Akustik", "Acústica", "Acoustique", "Acustica", "Akoestiek", "Akustiklik",
                "アコースティック性", "Ακουστικότητα", "الطابع الصوتي",
            ]
        ),
        (
            .instrumentalness,
            [
                "instrumentalness", "Instrumentalität", "Instrumentalidad", "Instrumental", "Strumentalità",
                "Instrumentaliteit", "Instrumentalidade", "Instrumentalhet", "Enstrümantalite",
                "インストゥルメンタル性", "Οργανοκεντρικότητα", "الطابع الآلي",
            ]
        ),
        (
            .liveness,
            [
                "liveness", "Lebendigkeit", "Vivacidad", "Vivacité", "Vivacità", "Levendigheid",
                "Vivacidade", "Livlighet", "Canlılık", "ライブ感", "Ζωντάνια", "الحيوية",
            ]
        ),
        (
            .valence,
            [
                "valence", "Valenz", "Valencia", "Valenza", "Valentie", "Valência", "Valens", "Duygusallık",
                "感情値", "Θετικότητα", "الإيجابية",
            ]
        ),
        (.arousal, ["arousal"]),
        (.tempo, ["tempo", "bpm", "テンポ", "Ρυθμός", "الإيقاع"]),
        (.tempoMarking, ["tempo_marking"]),
        (
            .timeSignature,
            [
                "time_signature", "Taktart", "Compás", "Mesure", "Battuta", "Maatstreep", "Compasso",
                "Ölçü İşareti", "拍子", "Μέτρο", "توقيع الزمن",
            ]
        ),
    ]
}
