"""Finds in a caption what kind of scene it tells of, the time of day and the weather.

An answer counts only if the caption's words point to exactly one class: a caption that names two kinds
of scene, or none, is wrong whatever the picture shows.
"""

from __future__ import annotations

import re

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "beach": ("beach",),
    "sea": ("sea", "ocean"),
    "city": ("city", "downtown"),
    "party": ("party",),
    "forest": ("forest", "woods"),
    "desert": ("desert", "dunes"),
    "mountains": ("mountain", "mountains"),
    "stars": ("starry", "milky way", "stars"),
    "fireworks": ("fireworks",),
    "meadow": ("meadow", "flowers", "wildflowers"),
    "campfire": ("campfire",),
    "road": ("road", "highway"),
    "harbour": ("harbour", "harbor"),
    "lake": ("lake",),
    "bridge": ("bridge",),
    "waterfall": ("waterfall",),
    "village": ("village", "cottages"),
    "farm": ("wheat field", "barn", "farm"),
    "lighthouse": ("lighthouse",),
    "canyon": ("canyon",),
    "volcano": ("volcano",),
    "park": ("park",),
    "railway": ("train", "railway"),
    "castle": ("castle",),
    "fair": ("ferris wheel", "fair"),
    "arctic": ("iceberg", "icebergs"),
    "balloons": ("hot air balloon", "hot air balloons"),
    "windmill": ("windmill",),
}
TIME_WORDS: dict[str, tuple[str, ...]] = {
    "morning": ("morning", "sunrise", "dawn"),
    "day": ("day", "daytime", "daylight", "afternoon"),
    "sunset": ("sunset", "dusk", "evening"),
    "night": ("night", "after dark"),
}
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": ("clear", "cloudless", "sunny"),
    "cloudy": ("cloudy", "overcast", "clouds"),
    "rain": ("rain", "rainy"),
    "snow": ("snowy", "falling snow", "snowfall", "snowing"),
    "fog": ("fog", "foggy", "mist", "misty"),
    "storm": ("storm", "stormy", "thunderstorm", "lightning"),
}


def find(caption: str, words: dict[str, tuple[str, ...]]) -> str | None:
    """The one class whose words stand in the caption; None if there is none, or more than one."""
    found = [name for name, options in words.items() if re.search(rf"\b(?:{'|'.join(options)})\b", caption)]
    return found[0] if len(found) == 1 else None


def check(caption: str) -> tuple[str | None, str | None, str | None]:
    """Kind of scene, time of day and weather as the caption tells them."""
    return find(caption, KIND_WORDS), find(caption, TIME_WORDS), find(caption, WEATHER_WORDS)
