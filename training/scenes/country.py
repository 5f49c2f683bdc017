"""Scenes in the country: forest, desert, mountains, meadow, farm, canyon, volcano, road, windmill, balloons."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import pine, place, place_birds
from .light import mix, scale
from .parts import blades, ground, hills, specks, track
from .sky import sky
from .weather import lightning


def forest(b: Brush) -> None:
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
                    b.ellipse(x + b.u(-0.2, 0.2) * s, y - s * b.u(0.55, 0.95), 0.14 * s, 0.12 * s, scale(leaf, shade), depth=depth)
        if row == 0:
            ground(b, h + 0.02, (75, 110, 55), (60, 85, 40))
            track(b, h + 0.02, b.a * b.u(0.35, 0.65), 0.015, 0.22, b.light.ground((160, 130, 90)), b.u(-0.6, 0.6))
    blades(b, 0.75, 1.0, 90, 0.05, (60, 115, 50))
    place(b, "deer", 0.78, 0.9, 0.3)
    place(b, "person", 0.76, 0.94, 0.27, 0.35, 0.65)
    place_birds(b, 0.06, 0.2)


def desert(b: Brush) -> None:
    h = b.u(0.45, 0.55)
    sky(b, h)
    lightning(b, h)
    for k in range(4):  # dunes, each with a lit and a shaded side
        y = h + 0.02 + 0.1 * k
        peak, left, right = b.a * b.u(0.2, 0.8), b.u(0.0, 0.1), b.u(0.0, 0.1)
        tall, depth = b.u(0.06, 0.13), 0.7 - 0.22 * k
        crest = [(b.a * t / 20, y + left * (t < 10) - tall * math.exp(-((b.a * t / 20 - peak) / 0.4) ** 2) + right * 0.3) for t in range(21)]
        b.gradient(y - tall, 0.6, [(240, 200, 130), (215, 165, 95)], depths=[depth, depth], points=[*crest, (b.a, 1.01), (0, 1.01)])
        top = min(crest, key=lambda p: p[1])
        b.poly([top, (top[0] + 0.35, top[1] + tall * 1.1), (top[0] + 0.1, top[1] + tall * 1.9)], (170, 115, 65), depth=depth, alpha=0.6, blur=0.01)
    b.lines([p for _ in range(40) for x in [b.u(0, b.a)] for y in [b.u(0.75, 1)] for p in ((x, y), (x + 0.08, y - 0.006))], 0.004, (200, 150, 85))
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
        cap = [(x, base - t), (x - w * 0.42, base - t * 0.58), (x - w * 0.22, base - t * 0.64), (x - w * 0.08, base - t * 0.5),
               (x + w * 0.1, base - t * 0.64), (x + w * 0.26, base - t * 0.54), (x + w * 0.42, base - t * 0.58)]
        b.poly(cap, (248, 250, 255), depth=depth * 0.7)
        b.poly([cap[0], cap[4], cap[5], cap[6]], (200, 212, 232), depth=depth * 0.7)


def mountains(b: Brush) -> None:
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


def meadow(b: Brush) -> None:
    h = b.u(0.42, 0.52)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.02, 0.1, (80, 130, 95), 0.8)
    place(b, "tree", h + 0.08, h + 0.14, 0.36)
    ground(b, h + 0.05, (120, 170, 75), (80, 140, 50))
    place(b, "tree", h + 0.1, h + 0.16, 0.36)
    blades(b, h + 0.1, 1.02, 220, 0.07, (80, 150, 55))
    flowers = b.rng.sample(((225, 45, 50), (250, 210, 50), (245, 245, 250), (150, 80, 200), (250, 130, 180), (80, 110, 230)), 3)
    specks(b, h + 0.07, 1.0, 420, 0.032, tuple(flowers), covered=False)
    place(b, "horse", h + 0.2, 0.85, 0.3)
    place(b, "person", h + 0.22, 0.92, 0.28)
    for colour in flowers:
        b.dots([(b.u(0, b.a), b.u(0.86, 1.0)) for _ in range(14)], 0.04, colour)
        b.dots([(b.u(0, b.a), b.u(0.86, 1.0)) for _ in range(5)], 0.014, (250, 220, 90))
    place_birds(b)


def farm(b: Brush) -> None:
    h = b.u(0.44, 0.52)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.06, (110, 140, 90), 0.8)
    x, s = b.a * b.u(0.2, 0.8), b.u(0.2, 0.28)
    b.rect(x - s * 0.6, h + 0.08 - s * 0.7, s * 1.2, s * 0.7, (175, 45, 40), depth=0.1)
    b.poly([(x - s * 0.68, h + 0.08 - s * 0.68), (x - s * 0.4, h + 0.08 - s), (x + s * 0.4, h + 0.08 - s), (x + s * 0.68, h + 0.08 - s * 0.68)],
           b.light.ground((110, 80, 75)), depth=0.1)
    b.rect(x - s * 0.18, h + 0.08 - s * 0.42, s * 0.36, s * 0.42, (240, 235, 225), depth=0.1)
    b.lines([(x - s * 0.18, h + 0.08 - s * 0.42), (x + s * 0.18, h + 0.08), (x + s * 0.18, h + 0.08 - s * 0.42), (x - s * 0.18, h + 0.08)], 0.012, (175, 45, 40))
    place(b, "tree", h + 0.08, h + 0.12, 0.36)
    ground(b, h + 0.07, (235, 200, 110), (215, 165, 65))
    vanish = b.a * b.u(0.3, 0.7)
    b.lines([p for k in range(-14, 15) for p in ((vanish + k * 0.03, h + 0.08), (vanish + k * 0.24, 1.02))], 0.01, b.light.ground((180, 130, 50)), alpha=0.7)
    blades(b, h + 0.16, 1.04, 420, 0.11, (232, 190, 90))
    blades(b, h + 0.2, 1.06, 260, 0.12, (205, 150, 55))
    place(b, "cow", 0.74, 0.9, 0.26)
    place_birds(b)


def canyon(b: Brush) -> None:
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
            b.poly([(x - w * grow, y), (x + w * grow, y), (x + w * (grow + 0.08), y + t / 4 + 0.01), (x - w * (grow + 0.08), y + t / 4 + 0.01)],
                   rocks[layer], depth=0.5 - 0.12 * k)
    for side in (-1, 1):  # layered walls on both sides
        wall, step = 0.36 * b.a + b.u(-0.05, 0.05), 8
        edge = [(wall * (1 - (j / 7) ** 1.4) + b.u(-0.02, 0.02)) for j in range(step)]
        for j in range(step - 1):
            y0, y1 = 0.98 - 0.1 * j, 0.98 - 0.1 * (j + 1)
            xs = (0.0, edge[j] + 0.03, edge[j + 1] + 0.05, 0.0)
            pts = [(x if side < 0 else b.a - x, y) for x, y in zip(xs, (y0 + 0.01, y0 + 0.01, y1, y1))]
            b.poly(pts, scale(rocks[j % 4], 0.95), depth=0.1)
    bend = b.u(-0.3, 0.3)
    pts = [(b.a / 2 + bend * math.sin(k * 0.7) * (1 - k / 10) + side * (0.01 + 0.007 * k), h + 0.06 + (1 - h) * k / 10) for side in (-1,) for k in range(11)]
    b.poly([*pts, *((x + 0.03 + 0.014 * k, y) for k, (x, y) in reversed(list(enumerate(pts))))], mix(b.light.on((70, 150, 165)), b.light.haze, 0.3), raw=True)
    place(b, "cactus", 0.84, 0.96, 0.3)
    place(b, "person", 0.84, 0.95, 0.2, 0.3, 0.7)
    place_birds(b)


def volcano(b: Brush) -> None:
    base = b.u(0.68, 0.74)
    sky(b, base)
    x, t, w = b.a * b.u(0.35, 0.65), b.u(0.4, 0.48), b.u(0.45, 0.55)
    top = base - t
    for k in range(12):  # smoke
        b.ellipse(x + b.u(-0.06, 0.06) + 0.02 * k, top - 0.02 - 0.025 * k, 0.05 + 0.008 * k, 0.045 + 0.006 * k, (95, 85, 85), alpha=0.6, blur=0.015)
    b.glow(x, top, 0.35, (255, 90, 20))
    for _ in range(26):
        angle, r = b.u(-2.5, -0.6), b.u(0.05, 0.2)
        b.line([(x, top), (x + r * math.cos(angle), top + r * math.sin(angle))], 0.007, (255, 150, 40), raw=True, alpha=0.8)
    cone = [(x - w, base + 0.02), (x - 0.08, top), (x - 0.03, top + 0.02), (x + 0.04, top + 0.015), (x + 0.08, top), (x + w, base + 0.02)]
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


def road(b: Brush) -> None:
    h = b.u(0.44, 0.54)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.08, (95, 125, 110), 0.85)
    land = b.rng.choice(((120, 150, 80), (175, 160, 100), (110, 135, 75)))
    ground(b, h + 0.01, land, scale(land, 0.85))
    middle = track(b, h + 0.012, b.a * b.u(0.35, 0.65), 0.008, 0.42, (86, 86, 92), b.u(-0.5, 0.5))
    for (x0, y0), (x1, y1) in list(zip(middle, middle[1:]))[1::2]:
        b.line([(x0, y0), (x1, y1)], 0.004 + 0.02 * (y0 - h), (250, 225, 90))
    poles = [(b.a * 0.5 + (0.1 + 0.62 * t) * b.rng.choice((1,)), h + 0.03 + 0.5 * t * t, 0.1 + 0.55 * t) for t in (0.1, 0.35, 0.7)]
    for x, y, s in poles:
        b.lines([(x, y), (x, y - s), (x - s * 0.12, y - s * 0.92), (x + s * 0.12, y - s * 0.92)], 0.004 + 0.012 * s, (80, 65, 55))
    place(b, "tree", h + 0.1, h + 0.25, 0.34, 0.02, 0.24)
    place(b, "car", h + 0.14, 0.88, 0.17, 0.42, 0.6)
    place_birds(b)


def windmill(b: Brush) -> None:
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
    b.rect(x - s * 0.04, foot - s * 0.6, s * 0.08, s * 0.1, (255, 205, 100) if b.light.night else (90, 110, 130), raw=b.light.night)
    turn, hub = b.u(0, 1.57), (x, foot - s * 0.98)
    for k in range(4):
        c, n = math.cos(turn + k * math.pi / 2), math.sin(turn + k * math.pi / 2)
        tip = (hub[0] + c * s * 0.72, hub[1] + n * s * 0.72)
        b.line([hub, tip], 0.012, (90, 65, 50))
        near = (hub[0] + c * s * 0.16, hub[1] + n * s * 0.16)
        off = (-n * s * 0.13, c * s * 0.13)
        b.poly([near, tip, (tip[0] + off[0], tip[1] + off[1]), (near[0] + off[0], near[1] + off[1])], (245, 240, 225), alpha=0.95)
    tulips = tuple(b.rng.sample(((220, 40, 60), (250, 200, 50), (240, 120, 170), (235, 235, 240)), 3))
    for k, colour in enumerate(tulips):  # tulips in rows
        y0 = 0.78 + 0.075 * k
        b.dots([(b.u(0, b.a), y0 + b.u(0, 0.05)) for _ in range(70)], 0.018 + 0.006 * k, mix(colour, (240, 244, 250), 0.3 * (b.scene.weather == "snow")))
    place(b, "tree", h + 0.08, h + 0.16, 0.34)
    place(b, "cow", 0.74, 0.86, 0.2)
    place(b, "person", 0.76, 0.92, 0.26)


def balloons(b: Brush) -> None:
    h = b.u(0.7, 0.78)
    sky(b, h)
    hills(b, h, 0.06, (110, 150, 130), 0.8)
    hills(b, h + 0.05, 0.05, (90, 145, 80), 0.4)
    ground(b, h + 0.08, (110, 160, 75), (85, 135, 55))
    for k in range(b.rng.choice((1, 2, 3, 5))):
        r = b.u(0.12, 0.17) if k == 0 else b.u(0.04, 0.1)
        x, y = b.a * b.u(0.15, 0.85), b.u(0.2, 0.4) if k == 0 else b.u(0.1, 0.5)
        one, two = b.rng.sample(((220, 50, 50), (250, 200, 50), (50, 110, 210), (245, 245, 240), (240, 130, 40), (130, 70, 170)), 2)
        b.poly([(x - r * 0.72, y + r * 0.72), (x + r * 0.72, y + r * 0.72), (x + r * 0.2, y + r * 1.45), (x - r * 0.2, y + r * 1.45)], one)
        b.ellipse(x, y, r, r * 1.06, one)
        b.ellipse(x, y, r * 0.66, r * 1.06, two)
        b.ellipse(x, y, r * 0.3, r * 1.06, one)
        b.lines([(x - r * 0.2, y + r * 1.4), (x - r * 0.16, y + r * 1.8), (x + r * 0.2, y + r * 1.4), (x + r * 0.16, y + r * 1.8)], 0.004, (70, 50, 40))
        b.rect(x - r * 0.2, y + r * 1.75, r * 0.4, r * 0.28, (130, 85, 45))
    place(b, "tree", h + 0.1, 0.92, 0.28)
    place(b, "cow", 0.88, 0.96, 0.18)
    place_birds(b, 0.45, 0.6)


COUNTRY = {"forest": forest, "desert": desert, "mountains": mountains, "meadow": meadow, "farm": farm, "canyon": canyon,
           "volcano": volcano, "road": road, "windmill": windmill, "balloons": balloons}
