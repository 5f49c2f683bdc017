"""Scenes at the sea: beach, open sea, harbour, lighthouse, icebergs."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import place, place_birds
from .light import mix
from .parts import hills, specks, water
from .sky import sky
from .weather import lightning


def beach(b: Brush) -> None:
    """Sand, a line of surf, and the sea."""
    h, shore = b.u(0.38, 0.48), b.u(0.58, 0.66)
    sky(b, h)
    lightning(b, h)
    water(b, h, shore + 0.06, (40, 150, 175))
    place(b, "sailboat", h + 0.02, h + 0.08, 0.16)
    slope, phase = b.u(-0.1, 0.1), b.u(0, 6)
    edge = [(b.a * k / 24, shore + slope * (k / 24 - 0.5) + 0.012 * math.sin(k * 0.8 + phase)) for k in range(25)]
    for lift, colour in ((0.0, (250, 252, 252)), (0.016, (200, 175, 130)), (0.03, (235, 206, 150))):
        b.poly([*((x, y + lift) for x, y in edge), (b.a, 1.01), (0, 1.01)], colour)
    specks(b, shore + 0.08, 1.0, 120, 0.008, ((215, 185, 130), (250, 225, 175)))
    place(b, "palm", 0.82, 0.95, 0.55)
    place(b, "umbrella", 0.78, 0.92, 0.26)
    place(b, "person", 0.76, 0.95, 0.24)
    place(b, "dog", 0.8, 0.95, 0.2)
    place_birds(b)


def sea(b: Brush) -> None:
    """Rows of waves, higher in bad weather."""
    wild = b.scene.weather in ("storm", "rain")
    h = b.u(0.36, 0.46)
    sky(b, h)
    lightning(b, h)
    water(b, h, 1.0, (24, 84, 130), 1.0)
    size = 0.05 if wild else 0.018
    for row in range(7):
        y = h + 0.05 + (1 - h) * (row / 7) ** 1.3
        if row == 3:
            place(b, "ship", y - 0.02, y + 0.02, 0.2, 0.2, 0.8)
            place(b, "sailboat", y - 0.02, y + 0.03, 0.3)
        amp, f, p = size * (0.4 + row * 0.25), b.u(5, 8) / (0.5 + row * 0.16), b.u(0, 6)
        top = [(b.a * k / 40, y - amp * abs(math.sin(b.a * k / 40 * f + p)) ** 0.8) for k in range(41)]
        tone = mix(b.light.on((30, 96, 140)), b.light.sky[2], 0.5 - 0.06 * row)
        b.poly([*top, (b.a, y + 0.07), (0, y + 0.07)], tone, raw=True, alpha=0.8)
        b.line(top, 0.004 + 0.006 * wild, (235, 242, 246), alpha=0.55 if wild else 0.3)
    place_birds(b)


def harbour(b: Brush) -> None:
    """Houses on a quay, masts, and a pier in front."""
    h = b.u(0.42, 0.5)
    sky(b, h)
    lightning(b, h)
    hills(b, h, 0.07, (80, 110, 90), 0.8)
    x = 0.0
    while x < b.a:
        w, tall = b.u(0.07, 0.12), b.u(0.1, 0.2)
        wall = b.rng.choice(((235, 220, 190), (220, 150, 120), (200, 215, 225), (240, 200, 120), (190, 90, 80)))
        b.rect(x, h + 0.03 - tall, w, tall, wall, depth=0.2)
        b.poly(
            [(x - 0.005, h + 0.03 - tall), (x + w / 2, h - tall - 0.02), (x + w + 0.005, h + 0.03 - tall)],
            b.light.ground((170, 80, 60)),
            depth=0.2,
        )
        lit = b.light.night
        panes = [
            (x + w * f, h + 0.03 - tall * g) for f in (0.3, 0.7) for g in (0.35, 0.7) if not lit or b.rng.random() < 0.7
        ]
        b.dots(panes, 0.02, (255, 205, 110) if lit else (95, 110, 130), raw=lit)
        x += w + b.u(0, 0.02)
    b.rect(0, h + 0.03, b.a, 0.035, (120, 110, 105))
    water(b, h + 0.065, 1.0, (40, 100, 130))
    if b.light.night:
        for _ in range(9):
            lx = b.u(0, b.a)
            b.line(
                [(lx, h + 0.08), (lx + b.u(-0.01, 0.01), h + b.u(0.2, 0.4))],
                0.014,
                (255, 195, 100),
                raw=True,
                alpha=0.45,
                blur=0.006,
            )
    for k in range(b.rng.choice((3, 4, 5))):  # moored masts make it a harbour
        mx, y, s = b.a * b.u(0.03, 0.97), h + b.u(0.09, 0.15), b.u(0.16, 0.24)
        b.poly(
            [(mx - 0.3 * s, y - 0.15 * s), (mx + 0.35 * s, y - 0.15 * s), (mx + 0.2 * s, y), (mx - 0.2 * s, y)],
            b.rng.choice(((240, 240, 240), (60, 90, 150), (170, 60, 50))),
        )
        b.lines(
            [(mx, y - 0.1 * s), (mx, y - 1.2 * s), (mx - 0.25 * s, y - 0.9 * s), (mx + 0.25 * s, y - 0.9 * s)],
            0.008,
            (90, 70, 60),
        )
    place(b, "sailboat", 0.7, 0.84, 0.32)
    place(b, "rowboat", 0.74, 0.9, 0.13)
    side = b.rng.choice((0.0, 0.62))  # a wooden pier in front
    left, right = b.a * side, b.a * (side + 0.38)
    b.poly([(left, 0.9), (right, 0.9), (right + 0.05, 0.95), (left - 0.05, 0.95)], b.light.ground((150, 110, 75)))
    b.lines([p for k in range(6) for p in ((left + k * 0.1, 0.93), (left + k * 0.1, 1.0))], 0.02, (95, 70, 50))
    place_birds(b, 0.06, 0.25)


def lighthouse(b: Brush) -> None:
    """A striped tower on a cliff, shining when it is dark."""
    h = b.u(0.5, 0.58)
    sky(b, h)
    lightning(b, h)
    water(b, h, 1.0, (36, 98, 140), 0.8)
    place(b, "ship", h + 0.03, h + 0.08, 0.13, 0.05, 0.5)
    x = b.a * b.rng.choice((b.u(0.22, 0.35), b.u(0.65, 0.78)))
    top = b.u(0.62, 0.7)
    cliff = [
        (x - 0.5, 1.01),
        (x - 0.36, 0.86),
        (x - 0.3, top + 0.06),
        (x - 0.12, top),
        (x + 0.14, top + 0.01),
        (x + 0.26, top + 0.07),
        (x + 0.38, 0.88),
        (x + 0.5, 1.01),
    ]
    b.poly(cliff, (110, 95, 85))
    b.poly(
        [(x - 0.3, top + 0.06), (x - 0.12, top), (x + 0.14, top + 0.01), (x + 0.26, top + 0.07), (x, top + 0.06)],
        b.light.ground((90, 130, 70)),
    )
    w, y0 = 0.055, b.u(0.17, 0.24)
    stripes = 6
    for k in range(stripes):
        t0, t1 = k / stripes, (k + 1) / stripes
        ya, yb = top + 0.02 + (y0 - top) * t0, top + 0.02 + (y0 - top) * t1
        wa, wb = w * (1.25 - 0.5 * t0), w * (1.25 - 0.5 * t1)
        b.poly([(x - wa, ya), (x + wa, ya), (x + wb, yb), (x - wb, yb)], (205, 45, 45) if k % 2 else (248, 246, 240))
    b.rect(x - 0.055, y0, 0.11, 0.02, (50, 50, 55))
    b.rect(x - 0.032, y0 - 0.055, 0.064, 0.055, (250, 235, 170), raw=b.light.night)
    b.poly([(x - 0.045, y0 - 0.055), (x, y0 - 0.1), (x + 0.045, y0 - 0.055)], (170, 40, 40))
    if b.scene.time in ("night", "sunset") or b.scene.weather in ("fog", "storm"):
        way = b.rng.choice((-1, 1))
        b.poly(
            [(x, y0 - 0.03), (x + way * 1.2, y0 - 0.16), (x + way * 1.2, y0 + 0.1)],
            (255, 240, 180),
            raw=True,
            alpha=0.22,
            blur=0.01,
        )
        b.glow(x, y0 - 0.03, 0.18, (255, 235, 170))
    place(b, "person", top + 0.03, top + 0.06, 0.12, (x - 0.16) / b.a, (x + 0.2) / b.a)
    place_birds(b)


def arctic(b: Brush) -> None:
    """Icebergs, and ice to stand on."""
    h = b.u(0.42, 0.5)
    sky(b, h)
    water(b, h, 1.0, (50, 120, 160), 0.2)
    for k in range(b.rng.choice((3, 4, 5))):
        x, y, s = b.u(0, b.a), h + 0.03 + 0.09 * k, b.u(0.14, 0.22) * (1 + 0.25 * k)
        peaks = [
            (x - s, y),
            (x - s * 0.7, y - s * b.u(0.5, 0.8)),
            (x - s * 0.2, y - s * b.u(0.8, 1.2)),
            (x + s * 0.3, y - s * b.u(0.5, 0.9)),
            (x + s * 0.8, y - s * b.u(0.2, 0.5)),
            (x + s, y),
        ]
        b.poly(peaks, (232, 244, 252), depth=0.4 - 0.08 * k)
        b.poly([peaks[2], peaks[3], peaks[4], peaks[5], (x + s * 0.1, y)], (165, 205, 232), depth=0.4 - 0.08 * k)
        b.poly(
            [(x - s, y), (x + s, y), (x + s * 0.7, y + s * 0.14), (x - s * 0.7, y + s * 0.14)],
            (120, 190, 215),
            alpha=0.6,
        )
    place(b, "ship", h + 0.12, h + 0.2, 0.17)
    b.poly(
        [(0, b.u(0.84, 0.88)), (b.a * 0.5, b.u(0.82, 0.86)), (b.a, b.u(0.84, 0.9)), (b.a, 1.01), (0, 1.01)],
        (238, 245, 252),
    )
    place(b, "penguin", 0.9, 0.97, 0.2)


COAST = {"beach": beach, "sea": sea, "harbour": harbour, "lighthouse": lighthouse, "arctic": arctic}
