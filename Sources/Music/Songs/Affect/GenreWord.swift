internal import Moods

/// What a genre tends to feel like. A genre says little about one song: `AffectEstimate` gives it a low confidence.
///
/// Written by hand: valence from how the genre is usually described, arousal from its usual tempo and loudness.
enum GenreWord {
    static let table = AffectTable(
        """
        pop .4 .3
        dance pop .55 .6
        electropop .4 .45
        synthpop .25 .3
        synth pop .25 .3
        indie pop .3 .1
        dream pop .15 -.3
        art pop .1 .1
        k pop .5 .6
        j pop .5 .5
        europop .6 .55
        bubblegum .65 .5
        teen pop .5 .5
        power pop .45 .55
        bedroom pop .2 -.3
        hyperpop .2 .8
        disco .65 .65
        house .4 .65
        deep house .3 .3
        tech house .25 .65
        progressive house .35 .6
        tropical house .55 .4
        techno .05 .7
        minimal techno 0 .4
        trance .35 .7
        psytrance .15 .8
        edm .4 .8
        electro .25 .65
        electronic .15 .35
        electronica .15 .25
        idm -.05 .15
        downtempo .2 -.4
        trip hop -.1 -.25
        chillout .4 -.5
        chillwave .3 -.25
        lo fi .2 -.45
        lofi .2 -.45
        lo fi beats .25 -.5
        ambient .2 -.7
        dark ambient -.45 -.4
        drone -.1 -.6
        new age .4 -.65
        meditation .35 -.75
        sleep .3 -.85
        synthwave .2 .4
        vaporwave .05 -.25
        drum and bass .15 .8
        breakbeat .25 .7
        jungle .2 .75
        dubstep -.15 .75
        dub .25 -.1
        garage .25 .5
        hardstyle .1 .9
        hardcore -.3 .9
        gabber -.2 .95
        industrial -.45 .7
        ebm -.2 .7
        noise -.5 .75
        rock .15 .5
        classic rock .3 .5
        soft rock .35 -.05
        hard rock .05 .75
        indie rock .15 .4
        alternative rock 0 .45
        alternative 0 .4
        art rock 0 .3
        progressive rock .05 .35
        psychedelic rock .15 .3
        garage rock .15 .7
        glam rock .4 .65
        surf rock .55 .6
        folk rock .3 .2
        post rock -.05 .1
        math rock .1 .5
        blues rock .1 .45
        southern rock .35 .5
        arena rock .4 .65
        rock and roll .6 .7
        rockabilly .6 .7
        grunge -.35 .6
        shoegaze -.05 .25
        britpop .35 .45
        new wave .25 .45
        post punk -.25 .45
        gothic rock -.4 .3
        goth -.45 .2
        darkwave -.4 .2
        punk 0 .85
        pop punk .3 .8
        hardcore punk -.25 .9
        ska .6 .65
        emo -.3 .5
        screamo -.5 .85
        metal -.3 .85
        heavy metal -.1 .8
        power metal .2 .85
        thrash metal -.4 .9
        death metal -.6 .9
        black metal -.65 .85
        doom metal -.6 .1
        metalcore -.4 .9
        nu metal -.4 .8
        symphonic metal 0 .75
        hip hop .1 .4
        rap .05 .45
        trap -.1 .45
        gangsta rap -.2 .55
        conscious hip hop .1 .25
        boom bap .15 .3
        drill -.3 .55
        grime -.15 .65
        cloud rap -.1 -.15
        r&b .3 0
        rnb .3 0
        contemporary r&b .3 0
        rhythm and blues .3 .2
        neo soul .35 -.15
        soul .4 .1
        motown .6 .4
        funk .6 .6
        gospel .55 .35
        spiritual .15 -.25
        spirituals .15 -.25
        jazz .3 0
        smooth jazz .4 -.35
        cool jazz .3 -.3
        vocal jazz .35 -.2
        bebop .3 .55
        hard bop .3 .45
        swing .65 .5
        big band .6 .5
        dixieland .7 .6
        free jazz -.2 .55
        fusion .25 .4
        latin jazz .5 .4
        acid jazz .4 .3
        ragtime .65 .4
        stride .6 .5
        boogie woogie .65 .65
        blues -.2 .05
        delta blues -.3 -.1
        country .35 .2
        country folk .3 0
        americana .2 0
        bluegrass .5 .5
        honky tonk .4 .4
        western .3 .3
        folk .25 -.15
        indie folk .15 -.25
        singer songwriter .1 -.25
        traditional .3 .05
        celtic .35 .15
        irish .45 .3
        jig .7 .6
        reel .65 .65
        hornpipe .65 .55
        sea shanty .5 .45
        shanty .5 .45
        work song .1 .25
        ballad 0 -.3
        lullaby .4 -.75
        carol .5 -.05
        christmas .6 .15
        hymn .3 -.25
        chant .1 -.55
        gregorian chant .1 -.65
        sacred .2 -.35
        reggae .55 .1
        roots reggae .45 .05
        dancehall .45 .6
        reggaeton .5 .65
        latin .5 .45
        latin pop .5 .5
        salsa .65 .65
        bachata .4 .3
        merengue .65 .75
        cumbia .6 .5
        samba .65 .6
        bossa nova .5 -.25
        mpb .35 .05
        tango -.05 .3
        flamenco .05 .5
        fado -.45 -.2
        mariachi .55 .5
        afrobeat .5 .55
        afrobeats .55 .5
        highlife .65 .45
        soukous .65 .65
        calypso .65 .45
        soca .7 .8
        klezmer .25 .5
        balkan .3 .65
        polka .7 .65
        waltz .45 .2
        minuet .4 .05
        gavotte .45 .2
        sarabande 0 -.4
        mazurka .25 .25
        polonaise .3 .4
        bourree .4 .35
        gigue .6 .5
        tarantella .35 .75
        galop .65 .8
        czardas .2 .6
        march .4 .55
        funeral march -.6 -.3
        anthem .4 .35
        nocturne .15 -.5
        etude .05 .35
        study .05 .3
        prelude .05 -.1
        fugue .05 .1
        toccata .05 .6
        scherzo .35 .6
        rondo .45 .4
        impromptu .2 .15
        barcarolle .3 -.35
        berceuse .4 -.75
        romance .35 -.25
        serenade .45 -.15
        elegy -.5 -.4
        requiem -.45 -.25
        lied .1 -.2
        art song .1 -.2
        aria .05 .05
        opera 0 .25
        operetta .55 .4
        overture .25 .5
        symphony .1 .25
        symphonic poem .05 .25
        concerto .2 .3
        sonata .1 .1
        string quartet .1 0
        chamber .15 -.05
        chamber music .15 -.05
        suite .25 .1
        ballet .35 .25
        piano .15 -.2
        orchestral .1 .15
        classical .1 -.1
        baroque .3 .1
        renaissance .2 -.15
        medieval .1 -.1
        romantic .15 0
        impressionist .2 -.35
        impressionism .2 -.35
        contemporary classical -.05 -.05
        modern classical .05 -.3
        minimalism .1 -.2
        choral .2 -.2
        choir .2 -.2
        soundtrack .05 .05
        film score 0 .1
        video game .3 .4
        musical .45 .35
        show tunes .5 .4
        cabaret .3 .3
        vaudeville .6 .5
        easy listening .5 -.3
        lounge .45 -.3
        exotica .4 -.2
        world .35 .15
        children .65 .35
        nursery rhyme .65 .25
        comedy .6 .4
        spoken word 0 -.3
        acoustic .25 -.3
        instrumental .15 -.1
        bollywood .5 .5
        qawwali .25 .4
        raga .2 -.3
        gamelan .15 0
        chanson .15 0
        schlager .6 .45
        """)

    /// Where songs of a genre tend to lie; nil for one that is not known.
    static func affect(of genre: String) -> Affect? { table.affect(ofKindOf: genre) }
}
