internal import Foundation
internal import Moods

/// What a tempo marking of a score says, in Italian, German, French or English.
///
/// Arousal stands for the speed: -1 for 40 beats a minute, 0 for about 100, 1 for 200. Words of character have a valence.
enum TempoWord {
    /// The words without accents.
    static let table = AffectTable(
        """
        grave -.2 -.75
        largo 0 -.7
        larghetto .1 -.55
        lento -.05 -.65
        adagio .05 -.6
        adagietto .1 -.55
        andante .1 -.3
        andantino .15 -.2
        moderato .1 0
        allegretto .25 .2
        allegro .25 .5
        vivace .4 .65
        vivo .35 .65
        vivacissimo .4 .75
        presto .2 .75
        prestissimo .15 .9
        animato .35 .5
        agitato -.25 .65
        maestoso .25 .2
        mesto -.6 -.4
        dolce .4 -.35
        dolente -.6 -.35
        dolcissimo .45 -.45
        cantabile .3 -.25
        espressivo .1 -.1
        fuoco .1 .75
        brio .45 .65
        spirito .4 .6
        scherzando .55 .45
        grazioso .5 0
        giocoso .65 .5
        tranquillo .4 -.6
        pastorale .5 -.3
        sostenuto .05 -.4
        lugubre -.65 -.45
        funebre -.65 -.4
        marcia .2 .35
        marziale .15 .45
        appassionato .05 .5
        furioso -.4 .85
        feroce -.5 .85
        energico .25 .65
        tempestoso -.35 .8
        misterioso -.15 -.1
        religioso .25 -.4
        semplice .3 -.2
        teneramente .45 -.4
        amoroso .45 -.2
        lamentoso -.6 -.3
        pesante -.25 .1
        leggiero .45 .2
        siciliano .25 -.3
        siciliana .25 -.3
        valse .4 .25
        valzer .4 .25
        waltz .4 .25
        walzer .4 .25
        menuetto .4 .05
        minuetto .4 .05
        polacca .35 .4
        langsam 0 -.65
        ruhig .3 -.55
        massig .1 0
        massige .1 0
        gemachlich .3 -.25
        gehend .1 -.2
        bewegt .1 .35
        lebhaft .35 .6
        schnell .15 .7
        rasch .15 .65
        geschwind .2 .65
        munter .55 .5
        frisch .5 .5
        frohlich .7 .5
        lustig .7 .5
        heiter .55 .2
        feierlich .2 -.35
        getragen -.1 -.45
        zart .4 -.4
        innig .3 -.35
        traurig -.65 -.35
        klagend -.6 -.3
        dusterer -.5 -.2
        duster -.5 -.2
        sturmisch -.3 .8
        leidenschaftlich 0 .6
        feurig .15 .75
        wild -.1 .85
        lent 0 -.65
        lentement 0 -.65
        modere .1 0
        anime .3 .5
        vif .35 .65
        vite .2 .7
        rapide .15 .75
        gai .65 .45
        gaiement .65 .45
        doux .35 -.4
        doucement .35 -.45
        calme .4 -.6
        triste -.65 -.35
        douloureux -.65 -.25
        gracieux .5 0
        leger .45 .2
        majestueux .3 .15
        slow -.05 -.6
        slowly -.05 -.6
        moderate .1 0
        moderately .1 0
        fast .2 .65
        quick .3 .6
        quickly .3 .6
        lively .5 .55
        brisk .4 .5
        briskly .4 .5
        bright .55 .4
        gently .35 -.45
        gentle .35 -.45
        majestically .3 .15
        spirited .5 .6
        steady .15 .1
        march .25 .4
        stately .25 -.05
        tenderly .45 -.4
        sadly -.65 -.35
        solemnly -.1 -.4
        freely .05 -.2
        swing .5 .45
        joyfully .7 .5
        """)

    private static let negations: Set<String> = ["not", "non", "nicht", "pas"]
    private static let fainter: Set<String> = ["poco", "troppo", "tanto", "quasi", "etwas", "ziemlich", "peu", "too"]
    private static let stronger: Set<String> = ["molto", "assai", "sehr", "tres", "very"]

    /// What a marking says as a whole: the mean of its words, the first of which counts double, as it names the tempo.
    ///
    /// "Not fast" is moderate; "ma non troppo" and "poco" take a third off, "molto" adds a fifth. Nil where no word is known.
    static func affect(of marking: String) -> Affect? {
        let words = WordForms.words(of: marking)
        var (valence, arousal, weight) = (0.0, 0.0, 0.0)
        var negatedUntil = -1
        var strength = 1.0
        for (place, word) in words.enumerated() {
            if negations.contains(word) { negatedUntil = place + 2 }
            if fainter.contains(word) { strength *= 2 / 3 }
            if stronger.contains(word) { strength *= 1.2 }
            guard let affect = table.affect(of: word) else { continue }
            let share = weight == 0 ? 2.0 : 1.0
            let sign = place <= negatedUntil ? 0.0 : 1.0
            valence += share * sign * affect.valence
            arousal += share * sign * affect.arousal
            weight += share
        }
        guard weight > 0 else { return nil }
        return Affect(valence: valence / weight, arousal: strength * arousal / weight)
    }
}
