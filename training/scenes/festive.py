"""Scenes of lights: party, fair, starry sky, fireworks, campfire."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import FIGURES, pine, place
from .light import mix
from .parts import NEON, ground, hills, skyline, water
from .sky import sky
from .sky import stars as starfield
from .weather import lightning


def party(b: Brush) -> None:
    """People dance on a rooftop in beams of coloured light."""
    h = b.u(0.5, 0.56)
    sky(b, h + 0.1)
    skyline(b, h + 0.02, 0.28, 0.6)
    floor = h + 0.03
    b.rect(0, floor, b.a, 1 - floor, (70, 50, 90))
    vanish = b.a / 2
    b.lines(
        [p for k in range(-8, 9) for p in ((vanish + k * 0.07, floor), (vanish + k * 0.3, 1.02))],
        0.006,
        NEON[1],
        raw=True,
        alpha=0.5,
    )
    b.lines(
        [p for k in range(6) for y in [floor + 0.44 * (k / 6) ** 1.6] for p in ((0, y), (b.a, y))],
        0.006,
        NEON[0],
        raw=True,
        alpha=0.5,
    )
    for k in range(6):  # beams of coloured light
        colour, x = NEON[k % 5], b.a * (k + 0.5) / 6
        aim = x + b.u(-0.4, 0.4)
        b.poly([(x, 0.18), (aim - 0.09, 0.95), (aim + 0.09, 0.95)], colour, raw=True, alpha=0.24, blur=0.01)
        b.ellipse(aim, 0.94, 0.12, 0.03, colour, raw=True, alpha=0.4, blur=0.015)
        b.glow(x, 0.18, 0.08, colour)
    b.line([(0, 0.14), (b.a * 0.25, 0.19), (b.a * 0.5, 0.14), (b.a * 0.75, 0.19), (b.a, 0.14)], 0.005, (60, 60, 70))
    b.dots(
        [(b.a * k / 24, 0.14 + 0.05 * abs(math.sin(k * math.pi / 12))) for k in range(25)],
        0.02,
        b.rng.choice(NEON),
        raw=True,
    )
    x = b.a * b.u(0.3, 0.7)  # the neon frame behind the stage
    colour = b.rng.choice(NEON)
    for width, alpha in ((0.03, 0.35), (0.01, 1.0)):
        b.line(
            [(x - 0.22, floor), (x - 0.22, h - 0.2), (x + 0.22, h - 0.2), (x + 0.22, floor)],
            width,
            colour,
            raw=True,
            alpha=alpha,
        )
    for _ in range(b.rng.choice((7, 9, 11)) if b.scene.count("person") else 5):  # dancers, lit from behind
        px, py, s = b.u(0.05, 0.95) * b.a, b.u(0.78, 0.99), b.u(0.24, 0.32)
        FIGURES["person"](b, px, py, s)
        lift = b.u(0.9, 1.15)
        b.lines(
            [
                (px - 0.13 * s, py - 0.74 * s),
                (px - 0.3 * s, py - lift * s),
                (px + 0.13 * s, py - 0.74 * s),
                (px + 0.3 * s, py - lift * s),
            ],
            0.06 * s,
            b.rng.choice(NEON),
            raw=True,
        )


def fair(b: Brush) -> None:
    """A ferris wheel above striped stalls."""
    h = b.u(0.66, 0.72)
    sky(b, h)
    lightning(b, h - 0.1)
    hills(b, h, 0.05, (90, 120, 100), 0.7)
    ground(b, h + 0.01, (170, 160, 140), (150, 140, 120))
    x, r = b.a * b.u(0.32, 0.68), b.u(0.28, 0.32)
    y, spokes, turn = h - r - 0.0, 12, b.u(0, 1)
    lit = b.light.night or b.scene.time == "sunset"
    for side in (-1, 1):
        b.line([(x, y), (x + side * 0.17, h + 0.07)], 0.02, (230, 230, 235))
    rim = b.rng.choice(NEON) if lit else (235, 235, 240)
    for radius in (r, r * 0.86):
        b.arc(x, y, radius, radius, 0, 360, 0.01, rim, raw=lit)
    for k in range(spokes):
        angle = turn + k * 2 * math.pi / spokes
        tip = (x + r * math.cos(angle), y + r * math.sin(angle))
        b.line([(x, y), tip], 0.006, rim, raw=lit, alpha=0.8)
        colour = (NEON if lit else ((220, 60, 60), (60, 120, 210), (250, 200, 60), (90, 180, 90)))[k % 4]
        b.ellipse(tip[0], tip[1] + 0.025, 0.026, 0.026, colour, raw=lit)
        if lit:
            b.glow(tip[0], tip[1] + 0.025, 0.07, colour, 0.6)
    for k in range(4):  # striped stalls
        sx, w = b.a * (k + 0.5 + b.u(-0.2, 0.2)) / 4, 0.17
        tint = ((210, 50, 50), (50, 110, 190), (240, 170, 40), (120, 60, 150))[k]
        b.rect(sx - w / 2, h - 0.02, w, 0.12, (235, 225, 205))
        for j in range(6):
            b.poly(
                [(sx, h - 0.11), (sx - w * 0.6 + j * w * 0.2, h), (sx - w * 0.4 + j * w * 0.2, h)],
                b.light.ground(tint if j % 2 else (250, 248, 240)),
            )
        if lit:
            b.glow(sx, h + 0.03, 0.13, (255, 200, 110), 0.7)
    place(b, "lamp", 0.84, 0.94, 0.26)
    place(b, "person", 0.84, 0.97, 0.24)


def stars(b: Brush) -> None:
    """The milky way above dark hills."""
    h = b.u(0.74, 0.82)
    sky(b, h)
    x0, lean = b.a * b.u(0.2, 0.5), b.u(0.1, 0.4) * b.a
    for _ in range(26):  # the milky way
        t = b.u(0, 1)
        b.ellipse(
            x0 + lean * t + b.u(-0.05, 0.05),
            t * h,
            b.u(0.05, 0.12),
            b.u(0.05, 0.1),
            b.rng.choice(((110, 100, 190), (150, 110, 180), (90, 130, 210))),
            raw=True,
            alpha=0.16,
            blur=0.03,
        )
    dust = [(x0 + lean * t + b.rng.gauss(0, 0.07), t * h) for t in (b.u(0, 1) for _ in range(260))]
    b.dots(dust, 0.004, (245, 240, 255), raw=True, alpha=0.9)
    starfield(b, 260, h)
    hills(b, h, 0.06, (40, 55, 75), 0.3)
    b.gradient(h + 0.06, 0.2, [(14, 16, 34), (6, 7, 16)], raw=True, points=b.ridge(h + 0.08, 0.03))
    place(b, "pine", 0.92, 0.98, 0.4)
    place(b, "tent", 0.91, 0.95, 0.16)
    place(b, "person", 0.92, 0.96, 0.2)


def fireworks(b: Brush) -> None:
    """Bursts of light over the water."""
    h = b.u(0.7, 0.76)
    sky(b, h)
    skyline(b, h + 0.01, 0.16, 0.3)
    bursts = [
        (b.a * b.u(0.12, 0.88), b.u(0.12, 0.42), b.u(0.12, 0.22), b.rng.choice(NEON))
        for _ in range(b.rng.choice((3, 4, 5)))
    ]
    for x, y, r, colour in bursts:
        b.glow(x, y, r * 1.4, colour, 0.4)
        rays = [(k * 2 * math.pi / 22, r * b.u(0.8, 1.05)) for k in range(22)]
        tips = [(x + q * math.cos(a), y + q * math.sin(a) + 0.03) for a, q in rays]
        for (a, q), tip in zip(rays, tips):
            b.line(
                [
                    (x + 0.2 * q * math.cos(a), y + 0.2 * q * math.sin(a)),
                    (x + 0.7 * q * math.cos(a), y + 0.7 * q * math.sin(a)),
                    tip,
                ],
                0.006,
                colour,
                raw=True,
                alpha=0.9,
            )
        b.dots(tips, 0.013, mix(colour, (255, 255, 255), 0.6), raw=True)
        b.line([(x, h), (x + b.u(-0.01, 0.01), y + r)], 0.004, (255, 200, 140), raw=True, alpha=0.35)
    water(b, h + 0.01, 1.0, (20, 40, 80), 0.2)
    for x, y, r, colour in bursts:
        b.ellipse(x, h + 0.12, r * 0.5, 0.1, colour, raw=True, alpha=0.3, blur=0.03)
    place(b, "person", 0.95, 0.99, 0.24)


def campfire(b: Brush) -> None:
    """A fire before a row of pines."""
    h = b.u(0.5, 0.56)
    sky(b, h)
    hills(b, h, 0.1, (60, 90, 80), 0.7)
    for _ in range(9):
        pine(b, b.u(0, b.a), h + b.u(0.03, 0.07), b.u(0.16, 0.28), 0.35)
    ground(b, h + 0.05, (100, 115, 70), (85, 90, 55))
    place(b, "pine", 0.72, 0.82, 0.5)
    x, y, s = b.a * b.u(0.4, 0.6), b.u(0.83, 0.88), b.u(0.2, 0.26)
    place(b, "tent", 0.7, 0.76, 0.28)
    b.ellipse(x, y, s * 2.2, s * 0.7, (255, 130, 40), raw=True, alpha=0.4, blur=0.05)
    b.glow(x, y - 0.1, 0.5, (255, 120, 30), 0.85)
    b.lines(
        [(x - s * 0.6, y + 0.03), (x + s * 0.5, y - 0.02), (x + s * 0.6, y + 0.03), (x - s * 0.5, y - 0.02)],
        0.035,
        (85, 55, 35),
    )
    for colour, size in (((240, 70, 10), 1.0), ((255, 150, 30), 0.72), ((255, 235, 120), 0.42)):
        for k in (-1, 0, 1):
            fx, t = x + k * s * 0.25 * size, s * size * (1.25 if k == 0 else 0.85) * b.u(0.9, 1.1)
            b.poly(
                [
                    (fx - s * 0.24 * size, y),
                    (fx - s * 0.2 * size, y - t * 0.4),
                    (fx + b.u(-0.05, 0.05) * s, y - t),
                    (fx + s * 0.22 * size, y - t * 0.35),
                    (fx + s * 0.24 * size, y),
                ],
                colour,
                raw=True,
                alpha=0.95,
                blur=0.003,
            )
    b.dots([(x + b.rng.gauss(0, 0.08), y - s - b.u(0, 0.3)) for _ in range(26)], 0.008, (255, 190, 80), raw=True)
    b.dots(
        [(x + s * 0.85 * math.cos(k * 0.63), y + 0.035 + s * 0.22 * math.sin(k * 0.63)) for k in range(10)],
        0.045,
        (95, 92, 92),
    )
    place(b, "person", 0.84, 0.94, 0.28)


FESTIVE = {"party": party, "fair": fair, "stars": stars, "fireworks": fireworks, "campfire": campfire}
