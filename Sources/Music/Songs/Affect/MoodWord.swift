internal import Moods

/// The words that people put on music for how it feels, each with its place in the valence–arousal plane.
///
/// Written by hand in steps of .05 around the regions of `MoodLabel`; no published list of norms was copied. The words are those of
/// the starter catalogue, and others that tags of music often have.
enum MoodWord {
    static let table = AffectTable(
        """
        joyful .8 .45
        cheerful .75 .3
        playful .65 .4
        humorous .6 .3
        mischievous .4 .5
        excited .6 .75
        triumphant .7 .7
        festive .75 .6
        energetic .45 .75
        driving .15 .7
        restless -.2 .55
        tense -.4 .55
        dramatic -.2 .6
        ominous -.55 .3
        fierce -.5 .85
        stormy -.4 .8
        wild .05 .85
        dark -.55 .05
        gloomy -.6 -.4
        solemn -.15 -.4
        mournful -.7 -.4
        sad -.7 -.3
        melancholic -.45 -.35
        nostalgic .05 -.3
        wistful -.15 -.35
        longing -.2 -.1
        tender .45 -.4
        intimate .4 -.45
        romantic .5 -.1
        dreamy .35 -.5
        mysterious -.15 -.05
        eerie -.45 .1
        still .05 -.75
        sleepy .2 -.8
        meditative .2 -.65
        peaceful .55 -.65
        calm .4 -.55
        serene .55 -.6
        pastoral .5 -.35
        warm .55 -.2
        content .55 -.15
        graceful .5 -.05
        elegant .45 0
        noble .35 .1
        majestic .4 .35
        heroic .45 .6
        hopeful .5 .15
        bright .65 .3
        rustic .45 .2

        happy .75 .35
        joyous .8 .5
        jolly .75 .45
        merry .75 .45
        jubilant .8 .7
        ecstatic .75 .85
        euphoric .75 .75
        elated .8 .6
        gleeful .75 .5
        exuberant .7 .75
        exciting .55 .75
        thrilling .4 .8
        uplifting .65 .4
        upbeat .65 .5
        feel-good .7 .35
        feelgood .7 .35
        fun .7 .45
        funny .6 .35
        witty .5 .3
        whimsical .5 .25
        quirky .35 .3
        silly .55 .45
        sunny .7 .25
        carefree .7 .15
        lighthearted .65 .2
        light .45 -.05
        optimistic .6 .25
        inspiring .55 .35
        inspirational .55 .35
        confident .5 .4
        proud .5 .35
        celebratory .75 .65
        party .65 .75
        danceable .55 .6
        groovy .55 .45
        funky .55 .5
        catchy .5 .4
        lively .6 .6
        spirited .6 .6
        vigorous .35 .7
        energizing .5 .75
        powerful .15 .7
        epic .25 .65
        bold .35 .5
        grand .4 .3
        stately .3 0
        ceremonial .25 .05
        martial .05 .5
        patriotic .4 .4
        victorious .65 .65
        adventurous .4 .55
        passionate .2 .55
        intense -.1 .7
        urgent -.2 .7
        frantic -.3 .85
        frenetic -.2 .85
        chaotic -.4 .85
        agitated -.4 .7
        nervous -.45 .55
        anxious -.55 .5
        suspenseful -.35 .5
        aggressive -.5 .85
        angry -.65 .8
        furious -.65 .9
        violent -.7 .85
        brutal -.65 .85
        rebellious -.15 .7
        defiant -.1 .65
        menacing -.6 .5
        threatening -.6 .5
        sinister -.6 .3
        scary -.6 .5
        spooky -.4 .25
        haunting -.3 -.05
        ghostly -.4 -.05
        creepy -.5 .2
        uncanny -.4 .1
        bleak -.65 -.35
        desolate -.65 -.45
        grim -.65 -.1
        sombre -.5 -.4
        somber -.5 -.4
        depressing -.75 -.4
        depressive -.75 -.4
        despairing -.8 -.1
        hopeless -.8 -.35
        tragic -.65 .05
        sorrowful -.7 -.35
        grieving -.7 -.35
        elegiac -.4 -.4
        lamenting -.6 -.3
        plaintive -.45 -.3
        heartbroken -.7 -.1
        lonely -.6 -.35
        lonesome -.55 -.3
        forlorn -.6 -.4
        melancholy -.45 -.35
        bittersweet -.1 -.2
        moody -.3 -.1
        brooding -.45 -.1
        pensive -.1 -.45
        thoughtful .05 -.4
        reflective .1 -.45
        contemplative .15 -.55
        introspective -.05 -.4
        sentimental .1 -.2
        yearning -.15 0
        loving .6 -.05
        affectionate .6 -.15
        sweet .55 -.2
        gentle .5 -.5
        soft .4 -.5
        delicate .35 -.45
        soothing .5 -.6
        comforting .55 -.4
        cozy .55 -.4
        cosy .55 -.4
        sensual .4 -.05
        sexy .45 .3
        smooth .4 -.3
        mellow .35 -.45
        chill .4 -.5
        chilled .4 -.5
        relaxed .5 -.5
        relaxing .5 -.6
        laid-back .45 -.4
        quiet .2 -.65
        tranquil .5 -.65
        hushed .1 -.65
        lulling .35 -.7
        drowsy .15 -.75
        hypnotic .1 -.3
        ethereal .3 -.4
        floating .35 -.45
        atmospheric .1 -.35
        ambient .2 -.55
        spacious .25 -.4
        minimal .05 -.4
        mystical .1 -.2
        magical .4 .05
        enchanted .4 .05
        spiritual .3 -.3
        sacred .25 -.35
        devotional .3 -.3
        reverent .25 -.4
        prayerful .2 -.5
        religious .25 -.25
        lyrical .35 -.15
        flowing .35 -.2
        charming .55 .1
        cold -.3 -.2
        heavy -.35 .5
        busy .1 .6
        rousing .5 .7
        swinging .55 .5
        bouncy .65 .5
        dancing .6 .5
        bluesy -.2 -.05
        bitter -.55 .15
        """)

    /// Where a mood tag lies: by the whole tag, else by the mean of its words that are known; nil where none is.
    static func affect(of tag: String) -> Affect? {
        if let affect = table.affect(of: tag) { return affect }
        let known = tag.split { !$0.isLetter }.compactMap { table.affect(of: String($0)) }
        guard !known.isEmpty else { return nil }
        let count = Double(known.count)
        return Affect(
            valence: known.reduce(0) { $0 + $1.valence } / count, arousal: known.reduce(0) { $0 + $1.arousal } / count)
    }

    /// The words around a place, the nearest first; of two as near, the one that is listed first.
    static func nearest(to affect: Affect, count: Int) -> [String] {
        let ordered = table.entries.indices.sorted { left, right in
            let distances = (
                table.entries[left].affect.distance(to: affect), table.entries[right].affect.distance(to: affect)
            )
            return distances.0 == distances.1 ? left < right : distances.0 < distances.1
        }
        return ordered.prefix(count).map { table.entries[$0].name }
    }
}
