"""Puts a scene into words, the way COCO's annotators write: many phrasings for the same thing.

Every caption names the kind of scene, the time of day and the weather; most name what is in it.
"""

from __future__ import annotations

import random

from .scenes import KINDS, Scene, Thing

# What things are called (one, several) and what they do. `{place}` is "on a sandy beach".
NAMES: dict[str, tuple[str, str]] = {
    "person": ("a person", "people"),
    "dog": ("a dog", "dogs"),
    "horse": ("a horse", "horses"),
    "cow": ("a cow", "cows"),
    "deer": ("a deer", "deer"),
    "camel": ("a camel", "camels"),
    "penguin": ("a penguin", "penguins"),
    "bird": ("a bird", "birds"),
    "sailboat": ("a sailboat", "sailboats"),
    "rowboat": ("a rowboat", "rowboats"),
    "ship": ("a ship", "ships"),
    "car": ("a car", "cars"),
    "tree": ("a tree", "trees"),
    "pine": ("a pine tree", "pine trees"),
    "palm": ("a palm tree", "palm trees"),
    "cactus": ("a cactus", "cactuses"),
    "umbrella": ("an umbrella", "umbrellas"),
    "lamp": ("a lamp post", "lamp posts"),
    "bench": ("a bench", "benches"),
    "tent": ("a tent", "tents"),
}
DOING: dict[str, tuple[str, ...]] = {
    "person": ("standing", "walking"),
    "dog": ("standing", "running"),
    "horse": ("standing", "grazing"),
    "cow": ("grazing", "standing"),
    "deer": ("standing",),
    "camel": ("walking", "standing"),
    "penguin": ("standing",),
    "bird": ("flying",),
    "sailboat": ("sailing", "floating"),
    "rowboat": ("floating",),
    "ship": ("sailing",),
    "car": ("driving",),
    "tree": ("growing",),
    "pine": ("growing",),
    "palm": ("growing",),
    "cactus": ("growing",),
    "umbrella": ("standing",),
    "lamp": ("standing",),
    "bench": ("standing",),
    "tent": ("pitched",),
}
NUMBERS = {2: ("two",), 3: ("several", "some", "a group of")}

# The weather as an adjective before the time of day: "on a foggy morning".
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "clear": ("clear", "cloudless"),
    "cloudy": ("cloudy", "overcast"),
    "rain": ("rainy",),
    "snow": ("snowy",),
    "fog": ("foggy", "misty"),
    "storm": ("stormy",),
}
TIME_NOUNS: dict[str, tuple[str, ...]] = {
    "morning": ("morning",),
    "day": ("day", "afternoon"),
    "sunset": ("evening",),
    "night": ("night",),
}
# The weather and the time of day as phrases of their own: "in the rain", "at sunset".
WEATHER_PHRASES: dict[str, tuple[str, ...]] = {
    "clear": ("under a clear sky", "under a cloudless sky", "in clear weather"),
    "cloudy": ("under a cloudy sky", "under an overcast sky", "with clouds in the sky"),
    "rain": ("in the rain", "in heavy rain", "as rain falls"),
    "snow": ("in falling snow", "during a snowfall", "while it is snowing"),
    "fog": ("in the fog", "in thick fog", "in the mist"),
    "storm": ("during a thunderstorm", "in a storm with lightning", "with lightning in the sky"),
}
TIME_PHRASES: dict[str, tuple[str, ...]] = {
    "morning": ("in the morning", "at sunrise", "at dawn"),
    "day": ("in the daytime", "during the day", "in daylight"),
    "sunset": ("at sunset", "at dusk", "in the evening"),
    "night": ("at night", "after dark"),
}
STYLE_OPENINGS: dict[str, tuple[str, ...]] = {
    "watercolour": ("a watercolor of",),
    "oil": ("an oil painting of",),
    "pencil": ("a pencil drawing of",),
    "pixels": ("pixel art of",),
    "photo": ("a photo of", "a picture of"),
    "soft": ("a blurry picture of",),
    "flat": ("a drawing of", "a picture of"),
}


def words_for(thing: Thing, rng: random.Random) -> str:
    """ "a dog", "two dogs", "several dogs"."""
    one, many = NAMES[thing.name]
    return one if thing.count == 1 else f"{rng.choice(NUMBERS[thing.count])} {many}"


def setting(scene: Scene, rng: random.Random) -> str:
    """The weather and the time of day: "on a foggy morning" or "at sunset under a clear sky"."""
    adjectives = ADJECTIVES[scene.weather]
    if scene.weather == "clear" and scene.time in ("day", "morning"):
        adjectives = (*adjectives, "sunny")
    if KINDS[scene.kind].is_sky or rng.random() < 0.45:
        adjective = rng.choice(adjectives)
        article = "an" if adjective[0] in "aeiou" else "a"
        return f"on {article} {adjective} {rng.choice(TIME_NOUNS[scene.time])}"
    weather, time = rng.choice(WEATHER_PHRASES[scene.weather]), rng.choice(TIME_PHRASES[scene.time])
    return f"{time} {weather}"


def caption(scene: Scene, rng: random.Random) -> str:
    """One caption of a scene, in lower case and without a full stop."""
    kind = KINDS[scene.kind]
    noun, when = rng.choice(kind.nouns), setting(scene, rng)
    things = list(scene.things)
    rng.shuffle(things)
    form = rng.random()
    if things and form < 0.4:  # "two people walking on a sandy beach at sunset under a clear sky"
        first = things[0]
        place = f"{kind.preposition} {noun}"
        if first.name == "bird":
            place = f"over {noun}"
        text = f"{words_for(first, rng)} {rng.choice(DOING[first.name])} {place} {when}"
        return text if len(things) == 1 or rng.random() < 0.5 else f"{text} with {words_for(things[1], rng)}"
    listed = " and ".join(words_for(thing, rng) for thing in things)
    opening = rng.choice(STYLE_OPENINGS[scene.style]) + " " if rng.random() < 0.25 else ""
    joint = " and" if " with " in noun else " with"
    if form < 0.85 or not opening:  # "a sandy beach with a dog at sunset under a clear sky"
        return f"{opening}{noun}{joint} {listed} {when}" if listed else f"{opening}{noun} {when}"
    return f"{opening}{noun} {when}{' with ' + listed if listed else ''}"
