"""The things in a scene: people, animals, boats, trees… Each stands on (x, y) and is `s` high."""

from __future__ import annotations

import math
from collections.abc import Callable

from .brush import Brush

SHIRTS = ((210, 50, 50), (40, 90, 190), (240, 190, 40), (50, 150, 90), (150, 60, 160), (240, 240, 240))


def person(b: Brush, x: float, y: float, s: float) -> None:
    shirt, skin = b.rng.choice(SHIRTS), b.rng.choice(((235, 190, 160), (170, 115, 80), (110, 70, 50)))
    w, step = s * 0.16, b.u(0.05, 0.14) * s
    b.lines([(x, y - 0.48 * s), (x - step, y), (x, y - 0.48 * s), (x + step, y)], s * 0.1, (45, 50, 80))
    b.poly(
        [(x - w, y - 0.8 * s), (x + w, y - 0.8 * s), (x + w * 0.75, y - 0.42 * s), (x - w * 0.75, y - 0.42 * s)], shirt
    )
    b.lines(
        [(x - w, y - 0.76 * s), (x - w * 1.5, y - 0.48 * s), (x + w, y - 0.76 * s), (x + w * 1.5, y - 0.48 * s)],
        s * 0.07,
        shirt,
    )
    b.ellipse(x, y - 0.9 * s, 0.1 * s, 0.11 * s, skin)
    b.ellipse(x, y - 0.95 * s, 0.1 * s, 0.07 * s, b.rng.choice(((50, 30, 20), (20, 20, 20), (150, 110, 50))))


def quadruped(
    b: Brush, x: float, y: float, s: float, coat: tuple[int, int, int], neck: float, head: float, length: float = 0.6
) -> float:
    """A four-legged animal; gives the way it faces."""
    way = b.rng.choice((-1.0, 1.0))
    half = length * s * 0.5
    legs = []
    for leg in (-0.9, -0.65, 0.65, 0.9):
        legs += [(x + leg * half, y - 0.4 * s), (x + leg * half, y)]
    b.lines(legs, 0.08 * s, coat)
    b.ellipse(x, y - 0.5 * s, half * 1.15, 0.17 * s, coat)
    hx, hy = x + way * half * 1.35, y - neck * s
    b.line([(x + way * half * 0.8, y - 0.52 * s), (hx, hy)], 0.15 * s, coat)
    b.ellipse(hx + way * head * 0.6 * s, hy, head * s, head * 0.6 * s, coat)
    b.line([(x - way * half * 1.05, y - 0.55 * s), (x - way * half * 1.4, y - 0.35 * s)], 0.05 * s, coat)
    return way


def dog(b: Brush, x: float, y: float, s: float) -> None:
    quadruped(b, x, y, s * 0.6, b.rng.choice(((120, 75, 40), (40, 35, 35), (225, 200, 160))), 0.8, 0.16, 0.75)


def horse(b: Brush, x: float, y: float, s: float) -> None:
    coat = b.rng.choice(((110, 60, 30), (60, 40, 30), (225, 220, 210)))
    way = quadruped(b, x, y, s, coat, 0.95, 0.13, 0.8)
    b.line([(x + way * 0.3 * s, y - 0.6 * s), (x + way * 0.5 * s, y - 0.98 * s)], 0.05 * s, (40, 25, 20))


def cow(b: Brush, x: float, y: float, s: float) -> None:
    quadruped(b, x, y, s * 0.85, (245, 245, 240), 0.65, 0.14, 0.95)
    for dx in (-0.2, 0.15):
        b.ellipse(x + dx * s, y - 0.45 * s, 0.12 * s, 0.08 * s, (30, 25, 25))


def deer(b: Brush, x: float, y: float, s: float) -> None:
    way = quadruped(b, x, y, s * 0.8, (170, 110, 60), 0.95, 0.1, 0.65)
    hx, hy = x + way * 0.36 * s, y - 0.8 * s
    for k in (-1, 1):
        b.line(
            [(hx, hy), (hx + k * 0.08 * s, hy - 0.15 * s), (hx + k * 0.16 * s, hy - 0.28 * s)], 0.03 * s, (120, 80, 50)
        )


def camel(b: Brush, x: float, y: float, s: float) -> None:
    quadruped(b, x, y, s, (190, 135, 75), 0.95, 0.1, 0.75)
    b.ellipse(x, y - 0.7 * s, 0.14 * s, 0.17 * s, (190, 135, 75))


def penguin(b: Brush, x: float, y: float, s: float) -> None:
    b.ellipse(x, y - 0.4 * s, 0.2 * s, 0.42 * s, (25, 28, 38))
    b.ellipse(x, y - 0.35 * s, 0.13 * s, 0.32 * s, (250, 250, 250))
    b.ellipse(x, y - 0.82 * s, 0.12 * s, 0.12 * s, (25, 28, 38))
    b.poly([(x, y - 0.84 * s), (x + 0.24 * s, y - 0.8 * s), (x, y - 0.77 * s)], (250, 150, 30))


def bird(b: Brush, x: float, y: float, s: float) -> None:
    ink = (235, 238, 245) if b.light.night or b.scene.weather == "storm" else (35, 35, 45)
    r, lift = s * 0.28, b.u(0.5, 0.8)
    for way in (-1, 1):
        b.line([(x, y), (x + way * r * 0.6, y - r * lift), (x + way * r * 1.3, y - r * 0.2)], 0.009, ink, raw=True)


def sailboat(b: Brush, x: float, y: float, s: float) -> None:
    b.poly(
        [(x - 0.35 * s, y - 0.14 * s), (x + 0.4 * s, y - 0.14 * s), (x + 0.25 * s, y), (x - 0.25 * s, y)],
        b.rng.choice(((150, 50, 40), (40, 60, 110), (110, 70, 40))),
    )
    b.line([(x, y - 0.14 * s), (x, y - s)], 0.03 * s, (80, 60, 45))
    sail = b.rng.choice(((250, 248, 240), (250, 240, 215), (230, 90, 60)))
    b.poly([(x + 0.03 * s, y - s), (x + 0.03 * s, y - 0.2 * s), (x + 0.4 * s, y - 0.2 * s)], sail)
    b.poly([(x - 0.03 * s, y - 0.9 * s), (x - 0.03 * s, y - 0.2 * s), (x - 0.3 * s, y - 0.2 * s)], sail)


def rowboat(b: Brush, x: float, y: float, s: float) -> None:
    colour = b.rng.choice(((170, 60, 40), (50, 90, 140), (60, 120, 80), (220, 200, 160)))
    b.poly([(x - 0.7 * s, y - 0.28 * s), (x + 0.7 * s, y - 0.28 * s), (x + 0.48 * s, y), (x - 0.48 * s, y)], colour)
    b.lines([(x - 0.66 * s, y - 0.26 * s), (x + 0.66 * s, y - 0.26 * s)], 0.05 * s, (240, 235, 225))
    b.lines([(x - 0.2 * s, y - 0.35 * s), (x - 0.75 * s, y + 0.05 * s)], 0.03 * s, (130, 95, 60))


def ship(b: Brush, x: float, y: float, s: float) -> None:
    b.poly(
        [(x - 0.9 * s, y - 0.35 * s), (x + 0.95 * s, y - 0.35 * s), (x + 0.7 * s, y), (x - 0.75 * s, y)], (60, 40, 50)
    )
    b.rect(x - 0.6 * s, y - 0.55 * s, 0.9 * s, 0.2 * s, (235, 235, 230))
    b.rect(x - 0.45 * s, y - 0.72 * s, 0.5 * s, 0.18 * s, (235, 235, 230))
    b.rect(x - 0.3 * s, y - s, 0.16 * s, 0.3 * s, (200, 50, 40))
    lamp = (255, 220, 120) if b.light.night else (90, 120, 150)
    b.dots([(x - 0.5 * s + k * 0.17 * s, y - 0.45 * s) for k in range(5)], 0.07 * s, lamp, raw=b.light.night)


def car(b: Brush, x: float, y: float, s: float) -> None:
    colour = b.rng.choice(((200, 40, 40), (40, 80, 170), (240, 200, 40), (230, 230, 235), (60, 60, 70)))
    b.poly(
        [
            (x - 0.45 * s, y - 0.45 * s),
            (x - 0.25 * s, y - 0.78 * s),
            (x + 0.25 * s, y - 0.78 * s),
            (x + 0.45 * s, y - 0.45 * s),
        ],
        colour,
    )
    b.poly(
        [
            (x - 0.36 * s, y - 0.45 * s),
            (x - 0.21 * s, y - 0.7 * s),
            (x + 0.21 * s, y - 0.7 * s),
            (x + 0.36 * s, y - 0.45 * s),
        ],
        (130, 170, 200),
    )
    b.rect(x - 0.8 * s, y - 0.48 * s, 1.6 * s, 0.34 * s, colour)
    for k in (-0.45, 0.45):
        b.ellipse(x + k * s, y - 0.13 * s, 0.16 * s, 0.15 * s, (25, 25, 28))
    if b.light.night or b.scene.weather in ("fog", "storm"):
        b.glow(x + 0.8 * s, y - 0.35 * s, 0.5 * s, (255, 240, 180))
        b.glow(x - 0.8 * s, y - 0.35 * s, 0.3 * s, (255, 40, 30))


def tree(b: Brush, x: float, y: float, s: float) -> None:
    b.line([(x, y), (x, y - 0.55 * s)], 0.09 * s, (95, 65, 40))
    leaf = b.light.ground(b.rng.choice(((50, 120, 45), (70, 135, 50), (40, 100, 55))))
    for _ in range(7):
        angle, r = b.u(0, 6.3), b.u(0, 0.2) * s
        shade = b.u(0.8, 1.15)
        b.ellipse(
            x + r * math.cos(angle),
            y - 0.68 * s + r * math.sin(angle),
            0.2 * s,
            0.17 * s,
            (leaf[0] * shade, leaf[1] * shade, leaf[2] * shade),
        )


def pine(b: Brush, x: float, y: float, s: float, depth: float = 0.0) -> None:
    b.line([(x, y), (x, y - 0.3 * s)], 0.07 * s, (80, 55, 40), depth=depth)
    leaf, white = (25, 85, 55), (238, 242, 250)
    for k in range(4):
        top, w = y - s + k * 0.2 * s, (0.1 + 0.065 * k) * s
        b.poly([(x, top), (x - w, top + 0.32 * s), (x + w, top + 0.32 * s)], leaf, depth=depth)
        if b.scene.weather == "snow":
            b.poly([(x, top), (x - w * 0.6, top + 0.19 * s), (x + w * 0.6, top + 0.19 * s)], white, depth=depth)


def palm(b: Brush, x: float, y: float, s: float) -> None:
    lean = b.u(-0.15, 0.15) * s
    b.line([(x, y), (x + lean * 0.4, y - 0.5 * s), (x + lean, y - 0.9 * s)], 0.06 * s, (120, 85, 55))
    for angle in (-2.9, -2.3, -1.7, -1.2, -0.6, -0.1):
        cx, cy = x + lean + 0.2 * s * math.cos(angle), y - 0.9 * s + 0.16 * s * math.sin(angle)
        tip = (x + lean + 0.42 * s * math.cos(angle), cy + 0.14 * s)
        b.poly([(x + lean, y - 0.92 * s), (cx, cy - 0.03 * s), tip, (cx, cy + 0.06 * s)], (45, 125, 55))


def cactus(b: Brush, x: float, y: float, s: float) -> None:
    green = (60, 125, 65)
    b.line([(x, y), (x, y - 0.95 * s)], 0.17 * s, green)
    b.line([(x, y - 0.4 * s), (x - 0.25 * s, y - 0.45 * s), (x - 0.26 * s, y - 0.7 * s)], 0.11 * s, green)
    b.line([(x, y - 0.5 * s), (x + 0.25 * s, y - 0.55 * s), (x + 0.26 * s, y - 0.85 * s)], 0.11 * s, green)


def umbrella(b: Brush, x: float, y: float, s: float) -> None:
    b.line([(x, y), (x, y - 0.9 * s)], 0.04 * s, (240, 240, 240))
    tint = b.rng.choice(((220, 50, 50), (40, 110, 200), (250, 180, 40)))
    for k in range(6):
        x0, x1 = x + (-0.6 + 0.2 * k) * s, x + (-0.4 + 0.2 * k) * s
        b.poly([(x, y - 1.05 * s), (x0, y - 0.65 * s), (x1, y - 0.65 * s)], tint if k % 2 else (250, 250, 250))


def lamp(b: Brush, x: float, y: float, s: float) -> None:
    b.line([(x, y), (x, y - 1.3 * s)], 0.05 * s, (50, 50, 58))
    if b.light.night or b.scene.time == "sunset":
        b.glow(x, y - 1.38 * s, 0.55 * s, (255, 210, 120))
        b.ellipse(x, y - 1.36 * s, 0.09 * s, 0.09 * s, (255, 240, 190), raw=True)
    else:
        b.ellipse(x, y - 1.36 * s, 0.09 * s, 0.09 * s, (235, 235, 225))


def bench(b: Brush, x: float, y: float, s: float) -> None:
    b.lines(
        [(x - 0.35 * s, y), (x - 0.35 * s, y - 0.3 * s), (x + 0.35 * s, y), (x + 0.35 * s, y - 0.3 * s)],
        0.06 * s,
        (40, 40, 45),
    )
    for k in (0.28, 0.42, 0.54):
        b.lines([(x - 0.5 * s, y - k * s), (x + 0.5 * s, y - k * s)], 0.07 * s, (140, 85, 45))


def tent(b: Brush, x: float, y: float, s: float) -> None:
    colour = b.rng.choice(((230, 130, 40), (60, 120, 160), (190, 50, 60)))
    b.poly([(x, y - 0.75 * s), (x - 0.65 * s, y), (x + 0.65 * s, y)], colour)
    b.poly([(x, y - 0.75 * s), (x - 0.14 * s, y), (x + 0.2 * s, y)], (50, 40, 40))
    if b.light.night:
        b.glow(x, y - 0.25 * s, 0.6 * s, (255, 190, 90), 0.8)


FIGURES: dict[str, Callable[[Brush, float, float, float], None]] = {
    "person": person,
    "dog": dog,
    "horse": horse,
    "cow": cow,
    "deer": deer,
    "camel": camel,
    "penguin": penguin,
    "bird": bird,
    "sailboat": sailboat,
    "rowboat": rowboat,
    "ship": ship,
    "car": car,
    "tree": tree,
    "pine": pine,
    "palm": palm,
    "cactus": cactus,
    "umbrella": umbrella,
    "lamp": lamp,
    "bench": bench,
    "tent": tent,
}


def place(b: Brush, name: str, low: float, high: float, size: float, left: float = 0.06, right: float = 0.94) -> None:
    """Draws the scene's things called `name`, standing between the heights `low` (far) and `high` (near)."""
    count = b.scene.count(name)
    number = count if count < 3 else b.rng.choice((3, 4, 5))
    start = b.u(0, 1)
    spots = sorted(
        (b.u(low, high), left + ((start + (k + b.u(-0.25, 0.25)) / max(number, 1)) % 1.0) * (right - left))
        for k in range(number)
    )
    for y, x in spots:
        nearness = 0.75 + 0.5 * ((y - low) / (high - low) if high > low else 0.5)
        FIGURES[name](b, x * b.a, y, size * nearness)


def place_birds(b: Brush, low: float = 0.1, high: float = 0.38) -> None:
    """Birds in the sky."""
    place(b, "bird", low, high, 0.13)
