"""Scenes in the country: forest, meadow, farm, road, windmill, balloons."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import pine, place, place_birds
from .light import mix, scale
from .parts import blades, ground, hills, specks, track
from .sky import sky
from .weather import lightning


def forest(b: Brush) -> None:
    """Rows of trees and a path between them."""
    h = b.u(0.56, 0.62)
    sky(b, h)
    lightning(b, h)
    for row in range(3):  # rows of trunks with crowns, darker and larger towards us
        depth, y = 0.9 - 0.4 * row, h + 0.03 + 0.06 * row
        leaf = b.light.ground(((70, 120, 70), (50, 105, 55), (35, 85, 45))[row])
        for _ in range(13 - 3 * row):
            x, s = b.u(-0.05, b.a + 0.05), b.u(0.32, 0.5) + 0.1 * row
            if row == 2 and abs(x - b.a / 2) < 0.2:
                continue
            if b.rng.random() < 0.5:
                pine(b, x, y, s, depth)
            else:
                b.line([(x, y), (x, y - s * 0.8)], 0.018 + 0.014 * row, (85, 62, 45), depth=depth)
                for _ in range(5):
                    shade = b.u(0.8, 1.2)
                    b.ellipse(
                        x + b.u(-0.2, 0.2) * s,
                        y - s * b.u(0.55, 0.95),
                        0.14 * s,
                        0.12 * s,
                        scale(leaf, shade),
                        depth=depth,
                    )
        if row == 0:
            ground(b, h + 0.02, (75, 110, 55), (60, 85, 40))
            track(b, h + 0.02, b.a * b.u(0.35, 0.65), 0.015, 0.22, b.light.ground((160, 130, 90)), b.u(-0.6, 0.6))
    blades(b, 0.75, 1.0, 90, 0.05, (60, 115, 50))
    place(b, "deer", 0.78, 0.9, 0.3)
    place(b, "person", 0.76, 0.94, 0.27, 0.35, 0.65)
    place_birds(b, 0.06, 0.2)


def meadow(b: Brush) -> None:
    """A lawn full of flowers in three colours."""
    h = b.u(0.42, 0.52)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.02, 0.1, (80, 130, 95), 0.8)
    place(b, "tree", h + 0.08, h + 0.14, 0.36)
    ground(b, h + 0.05, (120, 170, 75), (80, 140, 50))
    place(b, "tree", h + 0.1, h + 0.16, 0.36)
    blades(b, h + 0.1, 1.02, 220, 0.07, (80, 150, 55))
    flowers = b.rng.sample(
        ((225, 45, 50), (250, 210, 50), (245, 245, 250), (150, 80, 200), (250, 130, 180), (80, 110, 230)), 3
    )
    specks(b, h + 0.07, 1.0, 420, 0.032, tuple(flowers), covered=False)
    place(b, "horse", h + 0.2, 0.85, 0.3)
    place(b, "person", h + 0.22, 0.92, 0.28)
    for colour in flowers:
        b.dots([(b.u(0, b.a), b.u(0.86, 1.0)) for _ in range(14)], 0.04, colour)
        b.dots([(b.u(0, b.a), b.u(0.86, 1.0)) for _ in range(5)], 0.014, (250, 220, 90))
    place_birds(b)


def farm(b: Brush) -> None:
    """A red barn in a field of wheat."""
    h = b.u(0.44, 0.52)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.06, (110, 140, 90), 0.8)
    x, s = b.a * b.u(0.2, 0.8), b.u(0.2, 0.28)
    b.rect(x - s * 0.6, h + 0.08 - s * 0.7, s * 1.2, s * 0.7, (175, 45, 40), depth=0.1)
    b.poly(
        [
            (x - s * 0.68, h + 0.08 - s * 0.68),
            (x - s * 0.4, h + 0.08 - s),
            (x + s * 0.4, h + 0.08 - s),
            (x + s * 0.68, h + 0.08 - s * 0.68),
        ],
        b.light.ground((110, 80, 75)),
        depth=0.1,
    )
    b.rect(x - s * 0.18, h + 0.08 - s * 0.42, s * 0.36, s * 0.42, (240, 235, 225), depth=0.1)
    b.lines(
        [
            (x - s * 0.18, h + 0.08 - s * 0.42),
            (x + s * 0.18, h + 0.08),
            (x + s * 0.18, h + 0.08 - s * 0.42),
            (x - s * 0.18, h + 0.08),
        ],
        0.012,
        (175, 45, 40),
    )
    place(b, "tree", h + 0.08, h + 0.12, 0.36)
    ground(b, h + 0.07, (235, 200, 110), (215, 165, 65))
    vanish = b.a * b.u(0.3, 0.7)
    b.lines(
        [p for k in range(-14, 15) for p in ((vanish + k * 0.03, h + 0.08), (vanish + k * 0.24, 1.02))],
        0.01,
        b.light.ground((180, 130, 50)),
        alpha=0.7,
    )
    blades(b, h + 0.16, 1.04, 420, 0.11, (232, 190, 90))
    blades(b, h + 0.2, 1.06, 260, 0.12, (205, 150, 55))
    place(b, "cow", 0.74, 0.9, 0.26)
    place_birds(b)


def road(b: Brush) -> None:
    """A road that runs to the horizon."""
    h = b.u(0.44, 0.54)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.08, (95, 125, 110), 0.85)
    land = b.rng.choice(((120, 150, 80), (175, 160, 100), (110, 135, 75)))
    ground(b, h + 0.01, land, scale(land, 0.85))
    middle = track(b, h + 0.012, b.a * b.u(0.35, 0.65), 0.008, 0.42, (86, 86, 92), b.u(-0.5, 0.5))
    for (x0, y0), (x1, y1) in list(zip(middle, middle[1:]))[1::2]:
        b.line([(x0, y0), (x1, y1)], 0.004 + 0.02 * (y0 - h), (250, 225, 90))
    poles = [
        (b.a * 0.5 + (0.1 + 0.62 * t) * b.rng.choice((1,)), h + 0.03 + 0.5 * t * t, 0.1 + 0.55 * t)
        for t in (0.1, 0.35, 0.7)
    ]
    for x, y, s in poles:
        b.lines(
            [(x, y), (x, y - s), (x - s * 0.12, y - s * 0.92), (x + s * 0.12, y - s * 0.92)],
            0.004 + 0.012 * s,
            (80, 65, 55),
        )
    place(b, "tree", h + 0.1, h + 0.25, 0.34, 0.02, 0.24)
    place(b, "car", h + 0.14, 0.88, 0.17, 0.42, 0.6)
    place_birds(b)


def windmill(b: Brush) -> None:
    """A mill with four sails above rows of tulips."""
    h = b.u(0.52, 0.6)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.02, 0.06, (100, 140, 100), 0.7)
    ground(b, h + 0.03, (125, 170, 85), (90, 140, 60))
    x, foot, s = b.a * b.u(0.3, 0.7), h + 0.14, b.u(0.4, 0.46)
    wall = b.rng.choice(((235, 225, 205), (150, 100, 70), (120, 125, 130)))
    b.poly([(x - s * 0.24, foot), (x - s * 0.14, foot - s), (x + s * 0.14, foot - s), (x + s * 0.24, foot)], wall)
    b.poly([(x - s * 0.18, foot - s), (x, foot - s * 1.25), (x + s * 0.18, foot - s)], b.light.ground((130, 60, 45)))
    b.rect(x - s * 0.06, foot - s * 0.24, s * 0.12, s * 0.24, (85, 55, 40))
    b.rect(
        x - s * 0.04,
        foot - s * 0.6,
        s * 0.08,
        s * 0.1,
        (255, 205, 100) if b.light.night else (90, 110, 130),
        raw=b.light.night,
    )
    turn, hub = b.u(0, 1.57), (x, foot - s * 0.98)
    for k in range(4):
        c, n = math.cos(turn + k * math.pi / 2), math.sin(turn + k * math.pi / 2)
        tip = (hub[0] + c * s * 0.72, hub[1] + n * s * 0.72)
        b.line([hub, tip], 0.012, (90, 65, 50))
        near = (hub[0] + c * s * 0.16, hub[1] + n * s * 0.16)
        off = (-n * s * 0.13, c * s * 0.13)
        b.poly(
            [near, tip, (tip[0] + off[0], tip[1] + off[1]), (near[0] + off[0], near[1] + off[1])],
            (245, 240, 225),
            alpha=0.95,
        )
    tulips = tuple(b.rng.sample(((220, 40, 60), (250, 200, 50), (240, 120, 170), (235, 235, 240)), 3))
    for k, colour in enumerate(tulips):  # tulips in rows
        y0 = 0.78 + 0.075 * k
        b.dots(
            [(b.u(0, b.a), y0 + b.u(0, 0.05)) for _ in range(70)],
            0.018 + 0.006 * k,
            mix(colour, (240, 244, 250), 0.3 * (b.scene.weather == "snow")),
        )
    place(b, "tree", h + 0.08, h + 0.16, 0.34)
    place(b, "cow", 0.74, 0.86, 0.2)
    place(b, "person", 0.76, 0.92, 0.26)


def balloons(b: Brush) -> None:
    """Hot air balloons over hills."""
    h = b.u(0.7, 0.78)
    sky(b, h)
    hills(b, h, 0.06, (110, 150, 130), 0.8)
    hills(b, h + 0.05, 0.05, (90, 145, 80), 0.4)
    ground(b, h + 0.08, (110, 160, 75), (85, 135, 55))
    for k in range(b.rng.choice((1, 2, 3, 5))):
        r = b.u(0.12, 0.17) if k == 0 else b.u(0.04, 0.1)
        x, y = b.a * b.u(0.15, 0.85), b.u(0.2, 0.4) if k == 0 else b.u(0.1, 0.5)
        one, two = b.rng.sample(
            ((220, 50, 50), (250, 200, 50), (50, 110, 210), (245, 245, 240), (240, 130, 40), (130, 70, 170)), 2
        )
        b.poly(
            [
                (x - r * 0.72, y + r * 0.72),
                (x + r * 0.72, y + r * 0.72),
                (x + r * 0.2, y + r * 1.45),
                (x - r * 0.2, y + r * 1.45),
            ],
            one,
        )
        b.ellipse(x, y, r, r * 1.06, one)
        b.ellipse(x, y, r * 0.66, r * 1.06, two)
        b.ellipse(x, y, r * 0.3, r * 1.06, one)
        b.lines(
            [
                (x - r * 0.2, y + r * 1.4),
                (x - r * 0.16, y + r * 1.8),
                (x + r * 0.2, y + r * 1.4),
                (x + r * 0.16, y + r * 1.8),
            ],
            0.004,
            (70, 50, 40),
        )
        b.rect(x - r * 0.2, y + r * 1.75, r * 0.4, r * 0.28, (130, 85, 45))
    place(b, "tree", h + 0.1, 0.92, 0.28)
    place(b, "cow", 0.88, 0.96, 0.18)
    place_birds(b, 0.45, 0.6)


COUNTRY = {"forest": forest, "meadow": meadow, "farm": farm, "road": road, "windmill": windmill, "balloons": balloons}
