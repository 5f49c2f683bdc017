"""The sky: its colours, sun, moon, stars and clouds."""

from __future__ import annotations

import skia

from .brush import Brush
from .light import RGB, mix, scale

COVER = {"clear": 0, "cloudy": 9, "rain": 11, "snow": 8, "fog": 0, "storm": 13}


def sky(b: Brush, horizon: float = 0.6) -> None:
    """Fills the whole picture with the sky down to `horizon` and its last colour below."""
    top, middle, low = b.light.sky
    b.gradient(0, horizon, [top, middle, low], raw=True)
    b.rect(0, horizon, b.a, 1 - horizon, low, raw=True)
    weather, time = b.scene.weather, b.scene.time
    if weather in ("clear", "cloudy"):
        if time == "night":
            if weather == "clear":
                stars(b, 130, horizon)
                moon(b, horizon)
            elif b.rng.random() < 0.5:
                b.glow(b.u(0.1, 0.9) * b.a, b.u(0.08, 0.2), 0.25, (190, 190, 210), 0.5)
        else:
            sun(b, horizon)
    elif weather == "fog" and time != "night":
        b.glow(b.u(0.2, 0.8) * b.a, horizon * 0.7, 0.4, (255, 250, 235), 0.3)
    clouds(b, horizon)


def sun(b: Brush, horizon: float) -> None:
    """The sun: low and red in the evening, low and pale in the morning, high by day."""
    x = b.u(0.12, 0.88) * b.a
    if b.scene.time == "sunset":
        y, r = horizon - b.u(0.03, 0.14), b.u(0.05, 0.08)
        b.glow(x, y, 0.55, (255, 140, 40), 0.8)
        b.ellipse(x, y, r, r, (255, 214, 110), raw=True, blur=0.004)
    elif b.scene.time == "morning":
        y, r = horizon - b.u(0.06, 0.18), b.u(0.035, 0.055)
        b.glow(x, y, 0.45, (255, 240, 200), 0.8)
        b.ellipse(x, y, r, r, (255, 252, 232), raw=True, blur=0.004)
    else:
        y, r = b.u(0.08, 0.2), b.u(0.035, 0.055)
        b.glow(x, y, 0.3, (255, 250, 210), 0.8)
        b.ellipse(x, y, r, r, (255, 248, 190), raw=True, blur=0.003)


def moon(b: Brush, horizon: float) -> None:
    """A full moon or a crescent."""
    x, y, r = b.u(0.1, 0.9) * b.a, b.u(0.08, 0.22), b.u(0.03, 0.05)
    b.glow(x, y, 0.22, (150, 165, 220), 0.55)
    b.ellipse(x, y, r, r, (240, 238, 220), raw=True)
    if b.rng.random() < 0.5:
        b.ellipse(x + r * 0.45, y - r * 0.15, r * 0.9, r * 0.9, mix(b.light.sky[0], b.light.sky[1], 0.3), raw=True)


def stars(b: Brush, count: int, horizon: float) -> None:
    """Stars of three sizes."""
    for size, share in ((0.004, 0.6), (0.007, 0.3), (0.011, 0.1)):
        points = [(b.u(0, b.a), b.u(0, horizon)) for _ in range(int(count * share))]
        b.dots(points, size, (235, 238, 255), raw=True, alpha=0.95)


def clouds(b: Brush, horizon: float) -> None:
    """Heaps of soft puffs: none in a clear sky, many dark ones in a storm."""
    weather = b.scene.weather
    count = COVER[weather]
    if weather == "clear" and b.scene.time in ("day", "morning") and b.rng.random() < 0.25:
        count = 1
    for i in range(count):
        light, dark = cloud_colours(b)
        y = b.u(-0.02, horizon * (0.55 if weather != "clear" else 0.35))
        size = b.u(0.09, 0.2) * (0.5 if weather == "clear" else 1.0) * (1 - 0.5 * y / horizon)
        cloud(b, b.u(-0.05, 1.05) * b.a, y, size, light, dark)


def cloud_colours(b: Brush) -> tuple[RGB, RGB]:
    """A cloud's bright top and dark underside."""
    light: RGB = {
        "morning": (255, 228, 218),
        "day": (250, 250, 252),
        "sunset": (250, 150, 110),
        "night": (74, 78, 100),
    }[b.scene.time]
    dark: RGB = {"morning": (190, 165, 180), "day": (150, 160, 176), "sunset": (120, 60, 90), "night": (28, 30, 46)}[
        b.scene.time
    ]
    dim = {"rain": 0.66, "storm": 0.36, "snow": 0.88}.get(b.scene.weather, 1.0)
    return scale(light, dim), scale(dark, dim)


def cloud(b: Brush, x: float, y: float, size: float, light: RGB, dark: RGB) -> None:
    """One cloud: dark puffs below, bright puffs above."""
    path_dark, path_light = skia.Path(), skia.Path()
    for _ in range(7):
        dx, r = b.u(-1.3, 1.3) * size, b.u(0.28, 0.5) * size
        path_dark.addCircle(x + dx, y + 0.12 * size, r)
        path_light.addCircle(x + dx * 0.9, y - 0.1 * size, r * 0.9)
    b.canvas.drawPath(path_dark, b.paint(dark, raw=True, alpha=0.75, blur=size * 0.12))
    b.canvas.drawPath(path_light, b.paint(light, raw=True, alpha=0.7, blur=size * 0.12))
