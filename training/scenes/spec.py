"""What a scene can be: its kind, the time of day, the weather and the things in it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

TIMES = ("morning", "day", "sunset", "night")
WEATHERS = ("clear", "cloudy", "rain", "snow", "fog", "storm")
WEATHER_WEIGHTS = {"clear": 30, "cloudy": 18, "rain": 17, "snow": 13, "fog": 13, "storm": 13}
STYLES = ("flat", "photo", "watercolour", "oil", "pencil", "pixels", "soft")
STYLE_WEIGHTS = (30, 26, 11, 11, 8, 6, 8)
ASPECTS = (4 / 3, 4 / 3, 3 / 2, 16 / 9, 1.0, 3 / 4)

ALL = TIMES
NO_SNOW = ("clear", "cloudy", "rain", "fog", "storm")
DRY = ("clear", "cloudy", "fog")


@dataclass(frozen=True)
class Kind:
    """One kind of scene: how it is called, and with what it goes together."""

    nouns: tuple[str, ...]
    preposition: str
    things: tuple[str, ...]
    times: tuple[str, ...] = ALL
    weathers: tuple[str, ...] = WEATHERS
    is_sky: bool = False  # the noun is itself the sky: "under a clear sky" would sound odd


@dataclass(frozen=True)
class Thing:
    """Something in the scene. `count` 3 stands for several."""

    name: str
    count: int


@dataclass(frozen=True)
class Scene:
    """A scene's whole description; drawing it needs nothing else."""

    seed: int
    kind: str
    time: str
    weather: str
    style: str
    aspect: float
    things: tuple[Thing, ...] = field(default=())

    def count(self, name: str) -> int:
        """How many of the things called `name` there are (0: none)."""
        return next((thing.count for thing in self.things if thing.name == name), 0)


KINDS: dict[str, Kind] = {
    "beach": Kind(
        ("a sandy beach", "a wide beach", "the beach", "a beach by the water"),
        "on",
        ("person", "dog", "umbrella", "palm", "sailboat", "bird"),
        weathers=NO_SNOW,
    ),
    "sea": Kind(
        ("the open sea", "the ocean", "waves on the ocean", "the sea"),
        "on",
        ("ship", "sailboat", "bird"),
        weathers=NO_SNOW,
    ),
    "city": Kind(
        ("a city street", "a city with tall buildings", "a downtown street", "a busy city street"),
        "in",
        ("car", "person", "lamp"),
    ),
    "party": Kind(
        ("a neon party", "a rooftop party with neon lights", "a party with colorful neon lights"),
        "at",
        ("person",),
        ("sunset", "night"),
        ("clear", "cloudy", "rain"),
    ),
    "forest": Kind(
        ("a forest", "a dense forest", "a forest of tall trees", "the woods"), "in", ("deer", "person", "bird")
    ),
    "desert": Kind(
        ("a desert", "a desert with sand dunes", "the sandy desert"),
        "in",
        ("camel", "cactus", "person"),
        weathers=("clear", "cloudy", "storm"),
    ),
    "mountains": Kind(
        ("snow-capped mountains", "a mountain range", "high mountains", "mountain peaks"),
        "in front of",
        ("pine", "bird", "person"),
    ),
    "stars": Kind(
        ("a starry sky over dark hills", "the milky way above the hills", "a sky full of stars"),
        "under",
        ("person", "tent", "pine"),
        ("night",),
        ("clear",),
        is_sky=True,
    ),
    "fireworks": Kind(
        ("fireworks over the water", "colorful fireworks", "fireworks above the rooftops"),
        "under",
        ("person",),
        ("night",),
        ("clear", "cloudy"),
        is_sky=True,
    ),
    "meadow": Kind(
        ("a meadow full of flowers", "a field of wildflowers", "a flower meadow"),
        "in",
        ("horse", "person", "tree", "bird"),
    ),
    "campfire": Kind(
        ("a campfire", "a burning campfire", "a campfire in the wild"),
        "by",
        ("tent", "person", "pine"),
        ("sunset", "night"),
        ("clear", "cloudy", "fog", "snow"),
    ),
    "road": Kind(
        ("an empty road", "a long straight road", "a lonely highway", "a country road"),
        "along",
        ("car", "tree", "bird"),
    ),
    "harbour": Kind(
        ("a harbour", "a small harbour", "a quiet harbour", "a harbor"), "in", ("rowboat", "sailboat", "bird")
    ),
    "lake": Kind(("a lake", "a calm lake", "a quiet lake among hills"), "by", ("rowboat", "pine", "bird", "person")),
    "bridge": Kind(("a bridge over a river", "a stone bridge", "an old bridge"), "near", ("rowboat", "tree", "person")),
    "waterfall": Kind(
        ("a waterfall", "a tall waterfall", "a waterfall between rocks"), "near", ("person", "pine", "bird")
    ),
    "village": Kind(("a village", "a small village", "a village with cottages"), "in", ("person", "dog", "tree")),
    "farm": Kind(
        ("a wheat field", "a farm with a red barn", "a golden wheat field", "a barn on a farm"),
        "beside",
        ("cow", "tree", "bird"),
    ),
    "lighthouse": Kind(
        ("a lighthouse", "a lighthouse on a cliff", "a white and red lighthouse"), "near", ("ship", "bird", "person")
    ),
    "canyon": Kind(
        ("a canyon", "a deep red canyon", "a rocky canyon"),
        "in",
        ("cactus", "bird", "person"),
        weathers=("clear", "cloudy", "fog", "storm"),
    ),
    "volcano": Kind(
        ("a volcano", "an erupting volcano", "a volcano with glowing lava"),
        "near",
        ("palm", "bird"),
        weathers=("clear", "cloudy", "rain", "fog"),
    ),
    "park": Kind(("a park", "a green park", "a park with a footpath"), "in", ("bench", "person", "dog", "lamp")),
    "railway": Kind(("a train on the tracks", "a train on a railway", "a passenger train"), "beside", ("tree", "bird")),
    "castle": Kind(("a castle", "an old castle on a hill", "a castle with towers"), "below", ("horse", "tree", "bird")),
    "fair": Kind(
        ("a ferris wheel", "a ferris wheel at a fair", "a fair with a ferris wheel"), "at", ("person", "lamp")
    ),
    "arctic": Kind(
        ("icebergs", "floating icebergs", "icebergs in cold water"),
        "among",
        ("penguin", "ship"),
        weathers=("clear", "cloudy", "snow", "fog"),
    ),
    "balloons": Kind(
        ("a hot air balloon", "hot air balloons", "colorful hot air balloons"),
        "below",
        ("cow", "tree", "bird"),
        ("morning", "day", "sunset"),
        ("clear", "cloudy", "fog"),
    ),
    "windmill": Kind(("a windmill", "an old windmill", "a windmill on a hill"), "near", ("cow", "tree", "person")),
}


def describe(seed: int) -> Scene:
    """The scene of a seed: the same seed always gives the same scene."""
    rng = random.Random(seed)
    name = rng.choice(list(KINDS))
    kind = KINDS[name]
    weather = rng.choices(kind.weathers, [WEATHER_WEIGHTS[w] for w in kind.weathers])[0]
    wanted = rng.choices((0, 1, 2), (15, 50, 35))[0]
    chosen = rng.sample(kind.things, min(wanted, len(kind.things)))
    return Scene(
        seed=seed,
        kind=name,
        time=rng.choice(kind.times),
        weather=weather,
        style=rng.choices(STYLES, STYLE_WEIGHTS)[0],
        aspect=rng.choice(ASPECTS),
        things=tuple(Thing(thing, rng.choices((1, 2, 3), (50, 25, 25))[0]) for thing in chosen),
    )
