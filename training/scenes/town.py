"""Scenes where people live: city, village, park, railway, castle."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import FIGURES, place, place_birds
from .light import scale
from .parts import NEON, blades, ground, hills, house, skyline, specks, tower_block, track
from .sky import sky
from .weather import lightning


def city(b: Brush) -> None:
    """A street between tall buildings, with neon signs at night."""
    h = b.u(0.6, 0.66)
    sky(b, h)
    lightning(b, 0.3)
    skyline(b, h + 0.01, 0.42, 0.7)
    for side in (0, 1):  # two rows of houses lead into the street
        for k in range(3):
            w, tall = (0.13 + 0.03 * k) * min(1.2, b.a), (0.36 + 0.14 * k) * b.u(0.85, 1.1)
            x = b.a * (0.5 + (1 if side else -1) * (0.17 + 0.13 * k)) - (0 if side else w)
            tower_block(
                b,
                x,
                h + 0.03 + 0.05 * k,
                w,
                tall,
                b.rng.choice(((140, 95, 80), (120, 125, 140), (165, 150, 130))),
                0.3 - 0.1 * k,
            )
    ground(b, h + 0.03, (140, 138, 140), (120, 118, 122))
    middle = track(b, h + 0.02, b.a * 0.5, 0.05, 0.5 * b.a, b.light.ground((70, 72, 80)))
    for (x0, y0), (x1, y1) in list(zip(middle, middle[1:]))[1::2]:
        b.line([(x0, y0), (x1, y1)], 0.004 + 0.02 * (y0 - h), (245, 245, 235))
    if b.light.night:
        for _ in range(9):  # neon signs and their reflections
            colour, side = b.rng.choice(NEON), b.rng.choice((0.1, 0.9))
            x, y = b.a * (side + b.u(-0.1, 0.1)), b.u(0.32, 0.6)
            b.rect(x, y, 0.02, b.u(0.05, 0.1), colour, raw=True)
            b.glow(x, y + 0.03, 0.1, colour, 0.6)
            b.line([(x, 0.78), (x, 0.95)], 0.02, colour, raw=True, alpha=0.25, blur=0.008)
    place(b, "lamp", 0.76, 0.86, 0.26, 0.1, 0.9)
    place(b, "car", 0.76, 0.93, 0.2, 0.25, 0.75)
    place(b, "person", 0.82, 0.97, 0.27)


def village(b: Brush) -> None:
    """Cottages around a church."""
    h = b.u(0.46, 0.54)
    sky(b, h)
    lightning(b, h - 0.1)
    hills(b, h, 0.14, (95, 135, 100), 0.8)
    ground(b, h + 0.02, (120, 160, 85), (100, 145, 70))
    x = b.a * b.u(0.3, 0.7)  # the church
    b.rect(x - 0.035, h - 0.17, 0.07, 0.25, (225, 220, 210), depth=0.3)
    b.poly([(x - 0.045, h - 0.17), (x, h - 0.33), (x + 0.045, h - 0.17)], b.light.ground((120, 70, 65)), depth=0.3)
    walls = ((245, 235, 215), (230, 200, 160), (215, 225, 230), (235, 180, 150))
    roofs = ((165, 75, 55), (130, 85, 60), (150, 60, 60))
    for row, number in ((0, 6), (1, 4)):
        for k in range(number):
            y, w = h + 0.08 + 0.13 * row, b.u(0.13, 0.17) * (1 + 0.5 * row)
            hx = b.a * (k + 0.5 + b.u(-0.2, 0.2)) / number
            if row == 1 and abs(hx - b.a / 2) < 0.12:
                continue
            house(b, hx, y, w, w * b.u(0.95, 1.2), b.rng.choice(walls), b.rng.choice(roofs), 0.3 - 0.25 * row)
    track(b, h + 0.18, b.a * b.u(0.4, 0.6), 0.03, 0.25, b.light.ground((190, 165, 125)), b.u(-0.3, 0.3))
    place(b, "tree", 0.74, 0.9, 0.36, 0.02, 0.35)
    place(b, "person", 0.82, 0.96, 0.25)
    place(b, "dog", 0.82, 0.95, 0.2)


def park(b: Brush) -> None:
    """Trees, a lawn, a footpath and a flower bed."""
    h = b.u(0.5, 0.56)
    sky(b, h)
    lightning(b, h - 0.1)
    for k in range(9):
        FIGURES["tree"](b, b.a * (k + b.u(0, 1)) / 9, h + b.u(0.05, 0.08), b.u(0.26, 0.36))
    ground(b, h + 0.05, (115, 175, 80), (85, 150, 55))
    blades(b, h + 0.12, 1.0, 120, 0.03, (95, 165, 65))
    track(b, h + 0.055, b.a * b.u(0.3, 0.7), 0.02, 0.28, b.light.ground((215, 190, 150)), b.u(-0.8, 0.8))
    side = b.rng.choice((0.14, 0.86))  # a hedge, a flower bed and a big tree in front
    b.ellipse(b.a * (1 - side), h + 0.2, 0.2, 0.045, b.light.ground((60, 110, 50)))
    b.dots(
        [(b.a * (1 - side) + b.u(-0.18, 0.18), h + 0.2 + b.u(-0.03, 0.03)) for _ in range(24)],
        0.018,
        b.rng.choice(((230, 60, 80), (250, 210, 70))),
    )
    FIGURES["tree"](b, b.a * side, h + 0.28, 0.66)
    place(b, "lamp", h + 0.18, h + 0.28, 0.26)
    place(b, "bench", 0.76, 0.88, 0.22)
    place(b, "person", 0.78, 0.96, 0.28)
    place(b, "dog", 0.8, 0.95, 0.22)


def railway(b: Brush) -> None:
    """A train passes from side to side."""
    h = b.u(0.46, 0.54)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.11, (95, 135, 105), 0.8)
    ground(b, h + 0.02, (130, 160, 90), (115, 140, 75))
    place(b, "tree", h + 0.06, h + 0.1, 0.32)
    y, tall = b.u(0.74, 0.8), b.u(0.17, 0.21)
    b.poly([(0, y), (b.a, y), (b.a, y + 0.1), (0, y + 0.1)], b.light.ground((135, 125, 118)))
    b.lines(
        [p for k in range(int(b.a / 0.05) + 1) for p in ((k * 0.05, y + 0.015), (k * 0.05 - 0.03, y + 0.085))],
        0.014,
        (90, 65, 50),
    )
    for dy in (0.025, 0.07):
        b.lines([(0, y + dy), (b.a, y + dy)], 0.01, (190, 195, 205))
    colour, way = b.rng.choice(((180, 40, 45), (40, 90, 150), (50, 120, 80))), b.rng.choice((-1, 1))
    front = b.a * (0.5 + way * b.u(0.12, 0.4))
    for k in range(7):
        x0 = front - way * (0.02 + k * 0.36)
        x1 = x0 - way * 0.345
        left, right = min(x0, x1), max(x0, x1)
        b.rect(left, y - tall, right - left, tall - 0.01, colour if k else scale(colour, 0.85))
        b.rect(left, y - tall * 0.34, right - left, 0.02, (240, 235, 220))
        pane = (255, 215, 120) if b.light.night or b.scene.time == "sunset" else (150, 190, 215)
        for j in range(4):
            b.rect(left + 0.025 + j * 0.08, y - tall * 0.82, 0.055, tall * 0.36, pane, raw=b.light.night)
        b.dots([(left + f * 0.345, y) for f in (0.15, 0.3, 0.7, 0.85)], 0.05, (40, 40, 45))
    b.poly(
        [
            (front - way * 0.03, y - tall),
            (front + way * 0.07, y - tall * 0.4),
            (front + way * 0.08, y - 0.01),
            (front - way * 0.03, y - 0.01),
        ],
        scale(colour, 0.85),
    )
    b.glow(front + way * 0.08, y - tall * 0.25, 0.12, (255, 245, 200), 0.9 if b.light.night else 0.4)
    b.lines(
        [
            p
            for k in range(4)
            for x in [b.a * (k + 0.3) / 4]
            for p in ((x, y), (x, y - 0.36), (x, y - 0.34), (x + 0.09, y - 0.34))
        ],
        0.008,
        (85, 80, 80),
    )
    b.lines([(0, y - 0.315), (b.a, y - 0.315)], 0.004, (60, 60, 60))
    place_birds(b, 0.06, 0.28)


def castle(b: Brush) -> None:
    """A castle with pointed towers on a hill."""
    h = b.u(0.58, 0.64)
    sky(b, h)
    lightning(b, h - 0.15)
    hills(b, h, 0.08, (100, 135, 115), 0.85)
    x, top = b.a * b.u(0.35, 0.65), b.u(0.5, 0.55)
    hill = [
        (x + b.a * 0.75 * (k / 12 - 1), 0.88 - (0.88 - top) * math.sin(k / 12 * math.pi / 2) ** 2) for k in range(13)
    ]
    hill += [(2 * x - px, py) for px, py in reversed(hill)]
    ground(b, top, (105, 150, 80), (85, 130, 60), [*hill, (b.a * 2, 1.01), (-b.a, 1.01)])
    stone = b.rng.choice(((175, 168, 160), (190, 170, 145), (150, 152, 160)))
    roof = b.light.ground(b.rng.choice(((160, 60, 55), (70, 90, 140), (100, 80, 110))))

    def tower(cx: float, w: float, tall: float, shade: float) -> None:
        b.rect(cx - w, top + 0.04 - tall, 2 * w, tall, scale(stone, shade), depth=0.15)
        b.poly(
            [(cx - w * 1.3, top + 0.04 - tall), (cx, top + 0.04 - tall - w * 3), (cx + w * 1.3, top + 0.04 - tall)],
            roof,
            depth=0.15,
        )
        lit = b.light.night
        b.dots(
            [(cx, top + 0.04 - tall * f) for f in (0.8, 0.5)], 0.022, (255, 200, 100) if lit else (70, 65, 70), raw=lit
        )

    tower(x, 0.05, b.u(0.32, 0.37), 0.9)
    b.rect(x - 0.24, top - 0.1, 0.48, 0.15, stone, depth=0.15)
    b.lines(
        [p for k in range(9) for cx in [x - 0.22 + k * 0.055] for p in ((cx, top - 0.1), (cx, top - 0.125))],
        0.026,
        stone,
        depth=0.15,
    )
    tower(x - 0.24, 0.042, b.u(0.22, 0.28), 1.0)
    tower(x + 0.24, 0.042, b.u(0.22, 0.28), 1.0)
    b.rect(x - 0.035, top - 0.04, 0.07, 0.09, (60, 45, 40))
    b.ellipse(x, top - 0.04, 0.035, 0.03, (60, 45, 40))
    specks(b, top + 0.1, 1.0, 60, 0.014, ((80, 125, 60), (120, 160, 85)))
    place(b, "tree", 0.8, 0.92, 0.3)
    place(b, "horse", 0.82, 0.94, 0.24)
    place_birds(b)


TOWN = {"city": city, "village": village, "park": park, "railway": railway, "castle": castle}
