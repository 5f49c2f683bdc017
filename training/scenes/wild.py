"""Scenes in the wild: desert, mountains, canyon, volcano."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import pine, place, place_birds
from .light import mix, scale
from .parts import ground, hills
from .sky import sky
from .weather import lightning


def desert(b: Brush) -> None:
    """Dunes, one behind the other."""
    h = b.u(0.45, 0.55)
    sky(b, h)
    lightning(b, h)
    for k in range(4):  # dunes, each with a lit and a shaded side
        y = h + 0.02 + 0.1 * k
        peak, left, right = b.a * b.u(0.2, 0.8), b.u(0.0, 0.1), b.u(0.0, 0.1)
        tall, depth = b.u(0.06, 0.13), 0.7 - 0.22 * k
        crest = [
            (b.a * t / 20, y + left * (t < 10) - tall * math.exp(-(((b.a * t / 20 - peak) / 0.4) ** 2)) + right * 0.3)
            for t in range(21)
        ]
        b.gradient(
            y - tall,
            0.6,
            [(240, 200, 130), (215, 165, 95)],
            depths=[depth, depth],
            points=[*crest, (b.a, 1.01), (0, 1.01)],
        )
        top = min(crest, key=lambda p: p[1])
        b.poly(
            [top, (top[0] + 0.35, top[1] + tall * 1.1), (top[0] + 0.1, top[1] + tall * 1.9)],
            (170, 115, 65),
            depth=depth,
            alpha=0.6,
            blur=0.01,
        )
    b.lines(
        [p for _ in range(40) for x in [b.u(0, b.a)] for y in [b.u(0.75, 1)] for p in ((x, y), (x + 0.08, y - 0.006))],
        0.004,
        (200, 150, 85),
    )
    place(b, "cactus", 0.76, 0.94, 0.34)
    place(b, "camel", 0.72, 0.9, 0.26)
    place(b, "person", 0.75, 0.92, 0.2)


def peaks(b: Brush, base: float, tall: float, depth: float, count: int) -> None:
    """A row of snow-capped peaks."""
    for k in range(count):
        x, w, t = b.a * (k + b.u(0.2, 0.8)) / count, b.a / count * b.u(0.7, 1.0), tall * b.u(0.75, 1.1)
        rock = (105, 112, 130)
        b.poly([(x - w, base), (x, base - t), (x + w, base)], rock, depth=depth)
        b.poly([(x, base - t), (x + w, base), (x + w * 0.1, base)], scale(rock, 0.72), depth=depth)
        cap = [
            (x, base - t),
            (x - w * 0.42, base - t * 0.58),
            (x - w * 0.22, base - t * 0.64),
            (x - w * 0.08, base - t * 0.5),
            (x + w * 0.1, base - t * 0.64),
            (x + w * 0.26, base - t * 0.54),
            (x + w * 0.42, base - t * 0.58),
        ]
        b.poly(cap, (248, 250, 255), depth=depth * 0.7)
        b.poly([cap[0], cap[4], cap[5], cap[6]], (200, 212, 232), depth=depth * 0.7)


def mountains(b: Brush) -> None:
    """Two rows of peaks with snow on them."""
    base = b.u(0.66, 0.74)
    sky(b, base)
    lightning(b, base - 0.2)
    peaks(b, base, 0.34, 0.75, 4)
    peaks(b, base + 0.02, b.u(0.42, 0.5), 0.35, b.rng.choice((2, 3)))
    hills(b, base + 0.04, 0.05, (50, 100, 65), 0.3)
    ground(b, base + 0.05, (85, 130, 70), (75, 120, 60))
    for _ in range(22):
        pine(b, b.u(0, b.a), base + b.u(0.03, 0.1), b.u(0.07, 0.13), 0.3)
    place(b, "pine", 0.9, 0.98, 0.5)
    place(b, "person", 0.9, 0.97, 0.24)
    place_birds(b)


def canyon(b: Brush) -> None:
    """Layered red walls with mesas behind."""
    h = b.u(0.48, 0.55)
    sky(b, h)
    lightning(b, h)
    rocks = ((205, 110, 70), (185, 85, 55), (225, 145, 95), (160, 70, 50))
    ground(b, h, (215, 130, 85), (190, 100, 60))
    for k in range(3):  # mesas in the distance
        x, w, t = b.a * b.u(0.1, 0.9), b.u(0.1, 0.22), b.u(0.12, 0.2)
        for layer in range(4):
            y = h + 0.03 * k - t * (1 - layer / 4)
            grow = 1 + 0.08 * layer
            b.poly(
                [
                    (x - w * grow, y),
                    (x + w * grow, y),
                    (x + w * (grow + 0.08), y + t / 4 + 0.01),
                    (x - w * (grow + 0.08), y + t / 4 + 0.01),
                ],
                rocks[layer],
                depth=0.5 - 0.12 * k,
            )
    for side in (-1, 1):  # layered walls on both sides
        wall, step = 0.36 * b.a + b.u(-0.05, 0.05), 8
        edge = [(wall * (1 - (j / 7) ** 1.4) + b.u(-0.02, 0.02)) for j in range(step)]
        for j in range(step - 1):
            y0, y1 = 0.98 - 0.1 * j, 0.98 - 0.1 * (j + 1)
            xs = (0.0, edge[j] + 0.03, edge[j + 1] + 0.05, 0.0)
            pts = [(x if side < 0 else b.a - x, y) for x, y in zip(xs, (y0 + 0.01, y0 + 0.01, y1, y1))]
            b.poly(pts, scale(rocks[j % 4], 0.95), depth=0.1)
    bend = b.u(-0.3, 0.3)
    pts = [
        (b.a / 2 + bend * math.sin(k * 0.7) * (1 - k / 10) + side * (0.01 + 0.007 * k), h + 0.06 + (1 - h) * k / 10)
        for side in (-1,)
        for k in range(11)
    ]
    b.poly(
        [*pts, *((x + 0.03 + 0.014 * k, y) for k, (x, y) in reversed(list(enumerate(pts))))],
        mix(b.light.on((70, 150, 165)), b.light.haze, 0.3),
        raw=True,
    )
    place(b, "cactus", 0.84, 0.96, 0.3)
    place(b, "person", 0.84, 0.95, 0.2, 0.3, 0.7)
    place_birds(b)


def volcano(b: Brush) -> None:
    """A cone with lava and smoke."""
    base = b.u(0.68, 0.74)
    sky(b, base)
    x, t, w = b.a * b.u(0.35, 0.65), b.u(0.4, 0.48), b.u(0.45, 0.55)
    top = base - t
    for k in range(12):  # smoke
        b.ellipse(
            x + b.u(-0.06, 0.06) + 0.02 * k,
            top - 0.02 - 0.025 * k,
            0.05 + 0.008 * k,
            0.045 + 0.006 * k,
            (95, 85, 85),
            alpha=0.6,
            blur=0.015,
        )
    b.glow(x, top, 0.35, (255, 90, 20))
    for _ in range(26):
        angle, r = b.u(-2.5, -0.6), b.u(0.05, 0.2)
        b.line(
            [(x, top), (x + r * math.cos(angle), top + r * math.sin(angle))], 0.007, (255, 150, 40), raw=True, alpha=0.8
        )
    cone = [
        (x - w, base + 0.02),
        (x - 0.08, top),
        (x - 0.03, top + 0.02),
        (x + 0.04, top + 0.015),
        (x + 0.08, top),
        (x + w, base + 0.02),
    ]
    b.gradient(top, t, [(85, 65, 62), (60, 62, 55)], depths=[0.1, 0.2], points=cone)
    b.poly([(x + 0.08, top), (x + w, base + 0.02), (x + 0.1, base + 0.02)], (40, 36, 38), alpha=0.5)
    for k in range(3):
        lava, y, lx = [], top + 0.01, x + (k - 1) * 0.05
        while y < base - 0.03 * k:
            lava.append((lx, y))
            lx, y = lx + (k - 1) * 0.03 + b.u(-0.03, 0.03), y + 0.05
        b.line(lava, 0.03, (255, 70, 10), raw=True, alpha=0.6, blur=0.008)
        b.line(lava, 0.014, (255, 200, 70), raw=True)
    hills(b, base + 0.04, 0.04, (50, 95, 55), 0.3)
    ground(b, base + 0.05, (75, 115, 60), (60, 100, 50))
    place(b, "palm", 0.9, 0.98, 0.5)
    place_birds(b)


WILD = {"desert": desert, "mountains": mountains, "canyon": canyon, "volcano": volcano}
