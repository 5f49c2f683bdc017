"""Scenes at inland water: lake, bridge, waterfall."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import place, place_birds
from .light import mix, scale
from .parts import ground, hills, water
from .sky import sky
from .weather import lightning


def lake(b: Brush) -> None:
    """Still water that mirrors the far shore."""
    h = b.u(0.46, 0.54)
    sky(b, h)
    lightning(b, h)
    hills(b, h, 0.2, (90, 120, 130), 0.9)
    hills(b, h + 0.01, 0.1, (60, 105, 70), 0.5)
    water(b, h + 0.04, 1.0, (50, 115, 140), 0.1)
    for k in range(16):  # trees on the far shore, mirrored
        x, s = b.u(0, b.a), b.u(0.05, 0.1)
        b.poly(
            [(x, h + 0.05 - s), (x - s * 0.3, h + 0.05), (x + s * 0.3, h + 0.05)],
            b.light.ground((35, 85, 55)),
            depth=0.3,
        )
        b.poly(
            [(x, h + 0.05 + s), (x - s * 0.3, h + 0.05), (x + s * 0.3, h + 0.05)], (30, 75, 60), depth=0.3, alpha=0.5
        )
    place(b, "rowboat", 0.66, 0.82, 0.12)
    shore = [
        (0, b.u(0.84, 0.9)),
        (b.a * 0.3, b.u(0.9, 0.94)),
        (b.a * 0.7, b.u(0.93, 0.97)),
        (b.a, b.u(0.86, 0.94)),
        (b.a, 1.01),
        (0, 1.01),
    ]
    ground(b, 0.85, (80, 130, 60), (70, 115, 50), shore)
    b.lines(
        [p for _ in range(40) for x in [b.u(0, b.a)] for p in ((x, 1.0), (x + b.u(-0.02, 0.02), b.u(0.84, 0.93)))],
        0.005,
        b.light.ground((60, 110, 50)),
    )
    place(b, "pine", 0.92, 0.98, 0.5)
    place(b, "person", 0.93, 0.97, 0.26)
    place_birds(b)


def bridge(b: Brush) -> None:
    """Stone arches over a river."""
    h = b.u(0.46, 0.52)
    sky(b, h)
    lightning(b, h)
    hills(b, h, 0.1, (80, 125, 80), 0.7)
    ground(b, h + 0.04, (100, 140, 80), (90, 130, 70))
    water(b, h + 0.1, 1.0, (50, 110, 140), 0.3)
    deck, arches = b.u(0.45, 0.5), b.rng.choice((2, 3, 4))
    foot, span = b.u(0.7, 0.76), b.a / arches
    stone = b.rng.choice(((165, 155, 145), (180, 140, 110), (140, 145, 150)))
    b.rect(0, deck, b.a, foot - deck, stone)
    for k in range(arches):
        cx, r = span * (k + 0.5), span * 0.4
        tall = foot - deck - 0.06
        b.canvas.save()
        points = [
            (cx - r, foot + 0.01),
            *((cx - r * math.cos(i * math.pi / 16), foot - tall * math.sin(i * math.pi / 16)) for i in range(17)),
            (cx + r, foot + 0.01),
        ]
        b.poly(points, b.light.haze, raw=True)
        b.poly(
            [(px, max(py, h + 0.06)) for px, py in points],
            mix(b.light.on((50, 110, 140)), b.light.haze, 0.35),
            raw=True,
        )
        b.canvas.restore()
        b.line(points[1:-1], 0.012, scale(stone, 0.7))
    b.rect(0, deck - 0.035, b.a, 0.04, b.light.ground(scale(stone, 1.1)))
    b.lines(
        [p for k in range(int(b.a / 0.05)) for p in ((k * 0.05, deck - 0.03), (k * 0.05, deck + 0.005))],
        0.006,
        scale(stone, 0.6),
    )
    place(b, "person", deck - 0.03, deck - 0.02, 0.13)
    place(b, "rowboat", 0.8, 0.9, 0.13)
    if b.scene.count("tree"):
        b.poly([(0, 0.86), (b.a * 0.5, 0.96), (b.a, 0.9), (b.a, 1.01), (0, 1.01)], b.light.ground((90, 135, 65)))
    place(b, "tree", 0.92, 0.98, 0.45)


def waterfall(b: Brush) -> None:
    """White water falls over rocks into a pool."""
    h = b.u(0.22, 0.3)
    sky(b, 0.6)
    lightning(b, h)
    x, w = b.a * b.u(0.35, 0.65), b.u(0.1, 0.17)
    pool = b.u(0.72, 0.78)
    rock = b.rng.choice(((110, 105, 100), (125, 100, 85), (90, 100, 100)))
    ridge = b.ridge(h, 0.05, 0.6)
    b.gradient(h - 0.05, 0.6, [scale(rock, 1.1), scale(rock, 0.6)], points=ridge)
    for _ in range(46):
        rx, ry, s = b.u(0, b.a), b.u(h + 0.08, pool), b.u(0.03, 0.1)
        b.poly(
            [
                (rx - s, ry + s * 0.6),
                (rx - s * 0.5, ry - s * 0.5),
                (rx + s * 0.6, ry - s * 0.4),
                (rx + s, ry + s * 0.6),
            ],
            scale(rock, b.u(0.6, 1.15)),
            alpha=0.7,
        )
    b.line([p for p in ridge[:-2]], 0.03, b.light.ground((70, 130, 60)))
    water(b, pool, 1.0, (50, 130, 150), 0.6)
    b.gradient(
        h - 0.02,
        pool - h + 0.04,
        [(225, 238, 246), (250, 253, 255)],
        points=[(x - w, h - 0.02), (x + w, h - 0.02), (x + w * 1.15, pool + 0.03), (x - w * 1.15, pool + 0.03)],
    )
    b.lines(
        [
            p
            for _ in range(26)
            for k in [b.u(-0.95, 0.95)]
            for y in [b.u(h, pool - 0.15)]
            for p in ((x + k * w, y), (x + k * w * 1.1, y + b.u(0.06, 0.2)))
        ],
        0.008,
        (150, 195, 220),
        alpha=0.7,
    )
    for _ in range(10):
        b.ellipse(
            x + b.u(-1.6, 1.6) * w,
            pool + b.u(-0.03, 0.03),
            b.u(0.04, 0.09),
            0.03,
            (248, 252, 255),
            alpha=0.6,
            blur=0.015,
        )
    b.poly(
        [(0, 0.86), (b.a * 0.35, 0.95), (b.a * 0.7, 0.96), (b.a, 0.87), (b.a, 1.01), (0, 1.01)],
        b.light.ground((80, 120, 60)),
    )
    place(b, "pine", 0.93, 0.98, 0.5)
    place(b, "person", 0.94, 0.98, 0.24)
    place_birds(b, 0.06, 0.16)


INLAND = {"lake": lake, "bridge": bridge, "waterfall": waterfall}
