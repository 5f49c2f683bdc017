"""How the time of day and the weather colour everything in a scene."""

from __future__ import annotations

from dataclasses import dataclass

RGB = tuple[float, float, float]


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """The colour a share `t` of the way from `a` to `b`."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def scale(a: RGB, by: float) -> RGB:
    """A colour made darker or brighter."""
    return (a[0] * by, a[1] * by, a[2] * by)


# Time of day: the clear sky (top, middle, horizon), the grey of an overcast sky, the light.
SKY: dict[str, tuple[RGB, RGB, RGB]] = {
    "morning": ((128, 172, 226), (226, 205, 220), (255, 226, 186)),
    "day": ((34, 112, 214), (96, 172, 240), (190, 226, 252)),
    "sunset": ((70, 40, 110), (226, 84, 84), (255, 174, 56)),
    "night": ((4, 6, 26), (12, 18, 56), (34, 42, 92)),
}
GREY: dict[str, RGB] = {
    "morning": (222, 190, 186),
    "day": (168, 178, 188),
    "sunset": (160, 96, 92),
    "night": (36, 38, 54),
}
AMBIENT: dict[str, RGB] = {
    "morning": (0.98, 0.86, 0.84),
    "day": (1.0, 1.0, 1.0),
    "sunset": (0.92, 0.56, 0.46),
    "night": (0.30, 0.35, 0.58),
}

# Weather: how grey the sky is, how bright the light, how thick the haze in the distance.
GREYNESS = {"clear": 0.0, "cloudy": 0.55, "rain": 0.82, "snow": 0.75, "fog": 0.85, "storm": 0.92}
BRIGHTNESS = {"clear": 1.0, "cloudy": 0.85, "rain": 0.68, "snow": 0.95, "fog": 0.9, "storm": 0.46}
HAZE = {"clear": 0.3, "cloudy": 0.32, "rain": 0.45, "snow": 0.45, "fog": 0.75, "storm": 0.4}


@dataclass(frozen=True)
class Light:
    """The light of one scene."""

    time: str
    weather: str

    @property
    def night(self) -> bool:
        return self.time == "night"

    @property
    def sky(self) -> tuple[RGB, RGB, RGB]:
        """The sky's colours at the top, in the middle and at the horizon."""
        grey = GREYNESS[self.weather]
        dim = {"rain": 0.8, "storm": 0.5}.get(self.weather, 1.0)
        top, middle, low = (mix(c, GREY[self.time], grey * k) for c, k in zip(SKY[self.time], (1.0, 0.95, 0.72)))
        return scale(top, dim), scale(middle, dim), scale(low, (1 + dim) / 2)

    @property
    def haze(self) -> RGB:
        """What far things fade into."""
        return self.sky[2]

    def on(self, colour: RGB, depth: float = 0.0) -> RGB:
        """A thing's own colour as it looks in this light, `depth` 0 (near) to 1 (far)."""
        ambient, bright = AMBIENT[self.time], BRIGHTNESS[self.weather]
        if self.night:
            bright = max(bright, 0.85)
        if self.weather in ("cloudy", "rain", "storm", "fog"):
            grey = sum(colour) / 3
            colour = mix(colour, (grey, grey, grey), 0.3)
        lit = (colour[0] * ambient[0] * bright, colour[1] * ambient[1] * bright, colour[2] * ambient[2] * bright)
        return mix(lit, self.haze, min(1.0, HAZE[self.weather] * depth))

    def ground(self, colour: RGB) -> RGB:
        """The ground's own colour: snow lies on it when it snows, rain darkens it."""
        if self.weather == "snow":
            return mix(colour, (238, 242, 250), 0.8)
        if self.weather in ("rain", "storm"):
            return scale(colour, 0.85)
        return colour
