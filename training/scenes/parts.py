"""Parts that several kinds of scene share: water, ground, houses, fields of dots."""

from __future__ import annotations

from .brush import Brush, Points
from .light import RGB, mix, scale

NEON = ((255, 40, 160), (60, 220, 255), (160, 70, 255), (255, 220, 60), (80, 255, 140))


def water(
    b: Brush,
    y: float,
    bottom: float = 1.0,
    colour: RGB = (40, 110, 150),
    rough: float = 0.3,
    points: Points | None = None,
) -> None:
    """A sheet of water that mirrors the sky, with glints."""
    low, top = b.light.sky[2], b.light.sky[0]
    far, near = mix(b.light.on(colour), low, 0.6), mix(b.light.on(scale(colour, 0.75)), top, 0.25)
    b.gradient(y, bottom - y, [far, near], raw=True, points=points)
    if points is not None:
        return
    glint, dark = mix(far, (255, 255, 255), 0.35), scale(near, 0.8)
    for colour_, count in ((glint, 60), (dark, 50)):
        ends = []
        for _ in range(count):
            t = b.u(0, 1) ** 1.5
            x, yy = b.u(0, b.a), y + 0.01 + t * (bottom - y - 0.015)
            length = 0.02 + 0.1 * t
            ends += [(x, yy), (x + length, yy + b.u(-1, 1) * rough * 0.02)]
        b.lines(ends, 0.005, colour_, raw=True, alpha=0.6)


def ground(b: Brush, y: float, far: RGB, near: RGB, points: Points | None = None) -> None:
    """Ground from `y` down, hazier far away; under snow when it snows."""
    b.gradient(y, 1.01 - y, [b.light.ground(far), b.light.ground(near)], depths=[0.6, 0.0], points=points)


def hills(b: Brush, y: float, height: float, colour: RGB, depth: float, rough: float = 0.45) -> None:
    """A far row of hills."""
    colour = b.light.ground(colour)
    b.gradient(
        y - height,
        height * 2,
        [colour, scale(colour, 0.9)],
        depths=[depth, depth * 0.9],
        points=b.ridge(y, height, rough),
    )


def specks(
    b: Brush, low: float, high: float, count: int, size: float, colours: tuple[RGB, ...], covered: bool = True
) -> None:
    """Grass, flowers or stones: many dots, smaller far away."""
    for colour in colours:
        shade = b.light.ground(colour) if covered else colour
        for k in range(3):
            y0, y1 = low + (high - low) * k / 3, low + (high - low) * (k + 1) / 3
            spots = [(b.u(0, b.a), b.u(y0, y1)) for _ in range(count // (3 * len(colours)))]
            b.dots(spots, size * (0.4 + 0.45 * k), shade, depth=0.4 - 0.2 * k)


def blades(b: Brush, low: float, high: float, count: int, length: float, colour: RGB, lean: float = 0.2) -> None:
    """Upright strokes: grass or corn."""
    colour = b.light.ground(colour)
    for k in range(3):
        ends = []
        y0, y1 = low + (high - low) * k / 3, low + (high - low) * (k + 1) / 3
        size = length * (0.35 + 0.35 * k)
        for _ in range(count // 3):
            x, y = b.u(0, b.a), b.u(y0, y1)
            ends += [(x, y), (x + b.u(-lean, lean) * size, y - size)]
        shade = b.u(0.85, 1.15)
        b.lines(ends, 0.004 + 0.002 * k, scale(colour, shade), depth=0.3 - 0.15 * k)


def house(b: Brush, x: float, y: float, w: float, h: float, wall: RGB, roof: RGB, depth: float = 0.0) -> None:
    """A cottage with a pitched roof, lit windows at night."""
    b.rect(x - w / 2, y - h * 0.6, w, h * 0.6, wall, depth=depth)
    b.poly([(x - w * 0.6, y - h * 0.58), (x, y - h), (x + w * 0.6, y - h * 0.58)], b.light.ground(roof), depth=depth)
    lit = b.light.night or (b.scene.time == "sunset" and b.rng.random() < 0.5)
    pane = (255, 205, 100) if lit else (120, 150, 175)
    for k in (-0.25, 0.25):
        b.rect(x + k * w - w * 0.09, y - h * 0.42, w * 0.18, h * 0.18, pane, raw=lit, depth=depth)
    b.rect(x - w * 0.07, y - h * 0.26, w * 0.14, h * 0.26, (90, 60, 40), depth=depth)
    if lit:
        b.glow(x, y - h * 0.3, w * 0.9, (255, 180, 80), 0.35)


def tower_block(b: Brush, x: float, y: float, w: float, h: float, colour: RGB, depth: float = 0.0) -> None:
    """A tall building with rows of windows."""
    b.rect(x, y - h, w, h, colour, depth=depth)
    lit_share = {"night": 0.55, "sunset": 0.25}.get(b.scene.time, 0.0)
    lit, dark = [], []
    across, step = max(2, int(w / 0.032)), 0.034
    for row in range(int(h / step) - 1):
        for k in range(across):
            spot = (x + w * (k + 0.5) / across, y - h + step * (row + 0.8))
            (lit if b.rng.random() < lit_share else dark).append(spot)
    b.dots(dark, 0.014, scale(colour, 0.6), depth=depth)
    if lit:
        b.dots(lit, 0.015, b.rng.choice(((255, 214, 120), (255, 235, 180), (190, 220, 255))), raw=True)


def track(
    b: Brush, top: float, x: float, far: float, near: float, colour: RGB, bend: float = 0.0
) -> list[tuple[float, float]]:
    """A path or road that leads to the horizon; gives its middle line."""
    left, right, middle = [], [], []
    for k in range(13):
        t = k / 12
        y = top + (1.01 - top) * t
        w = far + (near - far) * t**1.3
        cx = x + bend * (1 - t) * t * 2 + (b.a / 2 - x) * t
        left.append((cx - w, y))
        right.append((cx + w, y))
        middle.append((cx, y))
    b.gradient(top, 1 - top, [colour, scale(colour, 0.85)], depths=[0.5, 0.0], points=[*left, *reversed(right)])
    return middle


def skyline(b: Brush, y: float, tall: float, depth: float) -> None:
    """A row of tall buildings across the picture."""
    x = -0.03
    while x < b.a:
        w = b.u(0.1, 0.18)
        tint = b.rng.choice(((130, 135, 150), (160, 140, 125), (110, 120, 140), (150, 150, 150)))
        tower_block(b, x, y, w, tall * b.u(0.5, 1.0), tint, depth)
        x += w + b.u(0.0, 0.015)
