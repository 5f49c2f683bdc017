"""Scenes where people live and celebrate: city, party, village, park, railway, castle, fair, and three of the night."""

from __future__ import annotations

import math

from .brush import Brush
from .figures import FIGURES, pine, place, place_birds
from .light import mix, scale
from .parts import blades, ground, hills, house, specks, tower_block, track, water
from .sky import sky, stars as starfield
from .weather import lightning

NEON = ((255, 40, 160), (60, 220, 255), (160, 70, 255), (255, 220, 60), (80, 255, 140))


def skyline(b: Brush, y: float, tall: float, depth: float) -> None:
    """A row of tall buildings across the picture."""
    x = -0.03
    while x < b.a:
        w = b.u(0.1, 0.18)
        tint = b.rng.choice(((130, 135, 150), (160, 140, 125), (110, 120, 140), (150, 150, 150)))
        tower_block(b, x, y, w, tall * b.u(0.5, 1.0), tint, depth)
        x += w + b.u(0.0, 0.015)


def city(b: Brush) -> None:
    h = b.u(0.6, 0.66)
    sky(b, h)
    lightning(b, 0.3)
    skyline(b, h + 0.01, 0.42, 0.7)
    for side in (0, 1):  # two rows of houses lead into the street
        for k in range(3):
            w, tall = (0.13 + 0.03 * k) * min(1.2, b.a), (0.36 + 0.14 * k) * b.u(0.85, 1.1)
            x = b.a * (0.5 + (1 if side else -1) * (0.17 + 0.13 * k)) - (0 if side else w)
            tower_block(b, x, h + 0.03 + 0.05 * k, w, tall, b.rng.choice(((140, 95, 80), (120, 125, 140), (165, 150, 130))), 0.3 - 0.1 * k)
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


def party(b: Brush) -> None:
    h = b.u(0.5, 0.56)
    sky(b, h + 0.1)
    skyline(b, h + 0.02, 0.28, 0.6)
    floor = h + 0.03
    b.rect(0, floor, b.a, 1 - floor, (70, 50, 90))
    vanish = b.a / 2
    b.lines([p for k in range(-8, 9) for p in ((vanish + k * 0.07, floor), (vanish + k * 0.3, 1.02))], 0.006, NEON[1], raw=True, alpha=0.5)
    b.lines([p for k in range(6) for y in [floor + 0.44 * (k / 6) ** 1.6] for p in ((0, y), (b.a, y))], 0.006, NEON[0], raw=True, alpha=0.5)
    for k in range(6):  # beams of coloured light
        colour, x = NEON[k % 5], b.a * (k + 0.5) / 6
        aim = x + b.u(-0.4, 0.4)
        b.poly([(x, 0.18), (aim - 0.09, 0.95), (aim + 0.09, 0.95)], colour, raw=True, alpha=0.24, blur=0.01)
        b.ellipse(aim, 0.94, 0.12, 0.03, colour, raw=True, alpha=0.4, blur=0.015)
        b.glow(x, 0.18, 0.08, colour)
    b.line([(0, 0.14), (b.a * 0.25, 0.19), (b.a * 0.5, 0.14), (b.a * 0.75, 0.19), (b.a, 0.14)], 0.005, (60, 60, 70))
    b.dots([(b.a * k / 24, 0.14 + 0.05 * abs(math.sin(k * math.pi / 12))) for k in range(25)], 0.02, b.rng.choice(NEON), raw=True)
    x = b.a * b.u(0.3, 0.7)  # the neon frame behind the stage
    colour = b.rng.choice(NEON)
    for width, alpha in ((0.03, 0.35), (0.01, 1.0)):
        b.line([(x - 0.22, floor), (x - 0.22, h - 0.2), (x + 0.22, h - 0.2), (x + 0.22, floor)], width, colour, raw=True, alpha=alpha)
    for _ in range(b.rng.choice((7, 9, 11)) if b.scene.count("person") else 5):  # dancers, lit from behind
        px, py, s = b.u(0.05, 0.95) * b.a, b.u(0.78, 0.99), b.u(0.24, 0.32)
        FIGURES["person"](b, px, py, s)
        lift = b.u(0.9, 1.15)
        b.lines([(px - 0.13 * s, py - 0.74 * s), (px - 0.3 * s, py - lift * s), (px + 0.13 * s, py - 0.74 * s), (px + 0.3 * s, py - lift * s)],
                0.06 * s, b.rng.choice(NEON), raw=True)


def village(b: Brush) -> None:
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
    b.dots([(b.a * (1 - side) + b.u(-0.18, 0.18), h + 0.2 + b.u(-0.03, 0.03)) for _ in range(24)], 0.018, b.rng.choice(((230, 60, 80), (250, 210, 70))))
    FIGURES["tree"](b, b.a * side, h + 0.28, 0.66)
    place(b, "lamp", h + 0.18, h + 0.28, 0.26)
    place(b, "bench", 0.76, 0.88, 0.22)
    place(b, "person", 0.78, 0.96, 0.28)
    place(b, "dog", 0.8, 0.95, 0.22)


def railway(b: Brush) -> None:
    h = b.u(0.46, 0.54)
    sky(b, h)
    lightning(b, h)
    hills(b, h + 0.01, 0.11, (95, 135, 105), 0.8)
    ground(b, h + 0.02, (130, 160, 90), (115, 140, 75))
    place(b, "tree", h + 0.06, h + 0.1, 0.32)
    y, tall = b.u(0.74, 0.8), b.u(0.17, 0.21)
    b.poly([(0, y), (b.a, y), (b.a, y + 0.1), (0, y + 0.1)], b.light.ground((135, 125, 118)))
    b.lines([p for k in range(int(b.a / 0.05) + 1) for p in ((k * 0.05, y + 0.015), (k * 0.05 - 0.03, y + 0.085))], 0.014, (90, 65, 50))
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
    b.poly([(front - way * 0.03, y - tall), (front + way * 0.07, y - tall * 0.4), (front + way * 0.08, y - 0.01), (front - way * 0.03, y - 0.01)], scale(colour, 0.85))
    b.glow(front + way * 0.08, y - tall * 0.25, 0.12, (255, 245, 200), 0.9 if b.light.night else 0.4)
    b.lines([p for k in range(4) for x in [b.a * (k + 0.3) / 4] for p in ((x, y), (x, y - 0.36), (x, y - 0.34), (x + 0.09, y - 0.34))], 0.008, (85, 80, 80))
    b.lines([(0, y - 0.315), (b.a, y - 0.315)], 0.004, (60, 60, 60))
    place_birds(b, 0.06, 0.28)


def castle(b: Brush) -> None:
    h = b.u(0.58, 0.64)
    sky(b, h)
    lightning(b, h - 0.15)
    hills(b, h, 0.08, (100, 135, 115), 0.85)
    x, top = b.a * b.u(0.35, 0.65), b.u(0.5, 0.55)
    hill = [(x + b.a * 0.75 * (k / 12 - 1), 0.88 - (0.88 - top) * math.sin(k / 12 * math.pi / 2) ** 2) for k in range(13)]
    hill += [(2 * x - px, py) for px, py in reversed(hill)]
    ground(b, top, (105, 150, 80), (85, 130, 60), [*hill, (b.a * 2, 1.01), (-b.a, 1.01)])
    stone = b.rng.choice(((175, 168, 160), (190, 170, 145), (150, 152, 160)))
    roof = b.light.ground(b.rng.choice(((160, 60, 55), (70, 90, 140), (100, 80, 110))))

    def tower(cx: float, w: float, tall: float, shade: float) -> None:
        b.rect(cx - w, top + 0.04 - tall, 2 * w, tall, scale(stone, shade), depth=0.15)
        b.poly([(cx - w * 1.3, top + 0.04 - tall), (cx, top + 0.04 - tall - w * 3), (cx + w * 1.3, top + 0.04 - tall)], roof, depth=0.15)
        lit = b.light.night
        b.dots([(cx, top + 0.04 - tall * f) for f in (0.8, 0.5)], 0.022, (255, 200, 100) if lit else (70, 65, 70), raw=lit)

    tower(x, 0.05, b.u(0.32, 0.37), 0.9)
    b.rect(x - 0.24, top - 0.1, 0.48, 0.15, stone, depth=0.15)
    b.lines([p for k in range(9) for cx in [x - 0.22 + k * 0.055] for p in ((cx, top - 0.1), (cx, top - 0.125))], 0.026, stone, depth=0.15)
    tower(x - 0.24, 0.042, b.u(0.22, 0.28), 1.0)
    tower(x + 0.24, 0.042, b.u(0.22, 0.28), 1.0)
    b.rect(x - 0.035, top - 0.04, 0.07, 0.09, (60, 45, 40))
    b.ellipse(x, top - 0.04, 0.035, 0.03, (60, 45, 40))
    specks(b, top + 0.1, 1.0, 60, 0.014, ((80, 125, 60), (120, 160, 85)))
    place(b, "tree", 0.8, 0.92, 0.3)
    place(b, "horse", 0.82, 0.94, 0.24)
    place_birds(b)


def fair(b: Brush) -> None:
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
            b.poly([(sx, h - 0.11), (sx - w * 0.6 + j * w * 0.2, h), (sx - w * 0.4 + j * w * 0.2, h)], b.light.ground(tint if j % 2 else (250, 248, 240)))
        if lit:
            b.glow(sx, h + 0.03, 0.13, (255, 200, 110), 0.7)
    place(b, "lamp", 0.84, 0.94, 0.26)
    place(b, "person", 0.84, 0.97, 0.24)


def stars(b: Brush) -> None:
    h = b.u(0.74, 0.82)
    sky(b, h)
    x0, lean = b.a * b.u(0.2, 0.5), b.u(0.1, 0.4) * b.a
    for _ in range(26):  # the milky way
        t = b.u(0, 1)
        b.ellipse(x0 + lean * t + b.u(-0.05, 0.05), t * h, b.u(0.05, 0.12), b.u(0.05, 0.1),
                  b.rng.choice(((110, 100, 190), (150, 110, 180), (90, 130, 210))), raw=True, alpha=0.16, blur=0.03)
    dust = [(x0 + lean * t + b.rng.gauss(0, 0.07), t * h) for t in (b.u(0, 1) for _ in range(260))]
    b.dots(dust, 0.004, (245, 240, 255), raw=True, alpha=0.9)
    starfield(b, 260, h)
    hills(b, h, 0.06, (40, 55, 75), 0.3)
    b.gradient(h + 0.06, 0.2, [(14, 16, 34), (6, 7, 16)], raw=True, points=b.ridge(h + 0.08, 0.03))
    place(b, "pine", 0.92, 0.98, 0.4)
    place(b, "tent", 0.91, 0.95, 0.16)
    place(b, "person", 0.92, 0.96, 0.2)


def fireworks(b: Brush) -> None:
    h = b.u(0.7, 0.76)
    sky(b, h)
    skyline(b, h + 0.01, 0.16, 0.3)
    bursts = [(b.a * b.u(0.12, 0.88), b.u(0.12, 0.42), b.u(0.12, 0.22), b.rng.choice(NEON)) for _ in range(b.rng.choice((3, 4, 5)))]
    for x, y, r, colour in bursts:
        b.glow(x, y, r * 1.4, colour, 0.4)
        rays = [(k * 2 * math.pi / 22, r * b.u(0.8, 1.05)) for k in range(22)]
        tips = [(x + q * math.cos(a), y + q * math.sin(a) + 0.03) for a, q in rays]
        for (a, q), tip in zip(rays, tips):
            b.line([(x + 0.2 * q * math.cos(a), y + 0.2 * q * math.sin(a)), (x + 0.7 * q * math.cos(a), y + 0.7 * q * math.sin(a)), tip],
                   0.006, colour, raw=True, alpha=0.9)
        b.dots(tips, 0.013, mix(colour, (255, 255, 255), 0.6), raw=True)
        b.line([(x, h), (x + b.u(-0.01, 0.01), y + r)], 0.004, (255, 200, 140), raw=True, alpha=0.35)
    water(b, h + 0.01, 1.0, (20, 40, 80), 0.2)
    for x, y, r, colour in bursts:
        b.ellipse(x, h + 0.12, r * 0.5, 0.1, colour, raw=True, alpha=0.3, blur=0.03)
    place(b, "person", 0.95, 0.99, 0.24)


def campfire(b: Brush) -> None:
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
    b.lines([(x - s * 0.6, y + 0.03), (x + s * 0.5, y - 0.02), (x + s * 0.6, y + 0.03), (x - s * 0.5, y - 0.02)], 0.035, (85, 55, 35))
    for colour, size in (((240, 70, 10), 1.0), ((255, 150, 30), 0.72), ((255, 235, 120), 0.42)):
        for k in (-1, 0, 1):
            fx, t = x + k * s * 0.25 * size, s * size * (1.25 if k == 0 else 0.85) * b.u(0.9, 1.1)
            b.poly([(fx - s * 0.24 * size, y), (fx - s * 0.2 * size, y - t * 0.4), (fx + b.u(-0.05, 0.05) * s, y - t), (fx + s * 0.22 * size, y - t * 0.35), (fx + s * 0.24 * size, y)],
                   colour, raw=True, alpha=0.95, blur=0.003)
    b.dots([(x + b.rng.gauss(0, 0.08), y - s - b.u(0, 0.3)) for _ in range(26)], 0.008, (255, 190, 80), raw=True)
    b.dots([(x + s * 0.85 * math.cos(k * 0.63), y + 0.035 + s * 0.22 * math.sin(k * 0.63)) for k in range(10)], 0.045, (95, 92, 92))
    place(b, "person", 0.84, 0.94, 0.28)


TOWN = {"city": city, "party": party, "village": village, "park": park, "railway": railway, "castle": castle, "fair": fair,
        "stars": stars, "fireworks": fireworks, "campfire": campfire}
