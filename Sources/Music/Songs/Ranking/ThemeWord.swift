/// Words of captions and the themes that music has for them: nobody tags a song "umbrella", but many are of rain.
///
/// Written by hand. A word stands for what it nearly always comes with, and for nothing that is only thinkable.
enum ThemeWord {
    /// The themes, as stems, that a stem stands for besides itself.
    static func themes(of stem: String) -> [String] { table[stem] ?? [] }

    private static let table: [String: [String]] = {
        var table: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let sides = line.split(separator: ":")
            guard sides.count == 2 else { continue }
            let themes = sides[1].split(separator: " ").map { WordForms.stem(String($0)) }
            for word in sides[0].split(separator: " ") {
                let stem = WordForms.stem(String(word))
                table[stem, default: []] += themes.filter { $0 != stem && table[stem]?.contains($0) != true }
            }
        }
        return table
    }()

    /// Words of captions, then the themes.
    private static let text = """
        umbrella puddle drizzle shower raincoat: rain
        lightning thunder hurricane tornado thunderstorm: storm
        snow snowman ski skier skiing snowboard ice icy sled sledge: snow winter
        blossom bloom tulip daffodil: spring flower
        flower rose bouquet petal: flower garden nature
        leaf pumpkin harvest: autumn
        sunbathing swimsuit bikini: summer sun
        sunrise dawn daybreak: morning sunrise
        breakfast: morning
        sunset dusk twilight: evening sunset
        moon moonlight moonlit: night moon
        star starry galaxy: night star
        midnight dark darkness nighttime: night
        lantern candle candlelight: night light
        wave surf surfer surfing surfboard beach shore coast lighthouse sand seagull tide: sea water
        ocean: sea water
        ship sailboat sail sailing sailor canoe kayak ferry rowboat gondola vessel boat: boat sea water journey travel
        dock pier harbour harbor port: sea boat ship
        fish dolphin whale: sea water
        lake pond: lake water nature
        river stream creek brook canal: river water
        waterfall fountain: water
        bridge: river
        hill peak cliff summit hiker hiking climber: mountain nature
        mountain valley: mountain nature
        tree wood woods pine woodland: forest nature
        forest: nature
        field meadow pasture: field nature country
        farm farmer barn tractor cow cows sheep goat hay: country pastoral field
        village cottage: village country
        bird swan duck owl eagle pigeon crow: bird nature
        butterfly bee: nature spring
        horse rider cowboy carriage: horse
        street traffic skyscraper building taxi downtown sidewalk crosswalk neon: city street
        road highway path trail: road journey travel
        train railway railroad locomotive: train journey travel
        luggage suitcase backpack airport plane airplane traveller traveler: journey travel
        car bus truck motorcycle bicycle bike: road journey travel
        goodbye waving depart departure leaving: farewell
        grave graveyard cemetery tombstone coffin funeral: death grief loss
        ruin abandoned: ruin memory
        photograph album antique old: memory
        castle palace fortress tower: castle
        knight sword armor armour king queen: castle battle
        soldier army tank battlefield weapon gun: war battle
        parade band marching uniform: parade march festival
        flag: parade festival
        church cathedral chapel altar priest monk nun temple cross prayer praying pray: church faith prayer
        angel: heaven faith
        bride groom wedding: wedding love
        kiss kissing hug hugging couple heart lovers embrace: love
        holding: together
        baby cradle crib infant toddler: child sleep lullaby
        boy girl kid child toy playground swing: child play
        mother father family grandmother grandfather: family home
        bed bedroom pillow blanket sleeping nap: sleep night
        dancer dancing ballet ballerina ballroom: dance
        party balloon confetti cake birthday celebration celebrating: party celebration dance festival
        firework fireworks: celebration festival
        christmas santa gift ornament reindeer: christmas winter
        beer wine drink bar pub toast: drinking tavern
        circus clown carnival: carnival play
        witch ghost skeleton skull pumpkin monster: ghost death night loss
        fire campfire flame fireplace bonfire: fire
        fog mist haze: mist
        cloud sky kite: sky
        garden park bench: garden
        game ball soccer baseball tennis football skateboard frisbee player: play game
        race runner running racing: running race
        school classroom student: school
        worker factory hammer construction: work
        dog puppy cat kitten: animal play
        lion tiger elephant giraffe zebra bear: animal
        desert camel dune: desert journey travel
        island palm: sea island
        snowflake frost: winter
        alone lonely empty: solitude loneliness
        window waiting: longing
        dream dreaming: dream
        """
}
