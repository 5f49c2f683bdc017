"""What the weather draws over a finished scene: rain, snowflakes, fog, lightning."""

from __future__ import annotations

from .brush import Brush
from .light import mix


def overlay(b: Brush) -> None:
    """Draws the scene's weather in front of everything."""
    weather = b.scene.weather
    if weather == "rain":
        rain(b, 150, b.u(-0.25, 0.25))
    elif weather == "storm":
        rain(b, 110, b.u(0.5, 0.8) * b.rng.choice((-1, 1)))
    elif weather == "snow":
        snow(b)
    elif weather == "fog":
        fog(b)


def rain(b: Brush, count: int, slant: float) -> None:
    """Streaks of rain, all leaning the same way."""
    colour = mix((205, 215, 230), b.light.haze, 0.25)
    if b.light.night:
        colour = (140, 155, 190)
    for share, width, alpha in ((0.65, 0.004, 0.5), (0.35, 0.007, 0.6)):
        ends = []
        for _ in range(int(count * share * max(1.0, b.a))):
            x, y, length = b.u(-0.1, b.a + 0.1), b.u(-0.1, 1), b.u(0.06, 0.13)
            ends += [(x, y), (x + slant * length, y + length)]
        b.lines(ends, width, colour, raw=True, alpha=alpha)


def snow(b: Brush) -> None:
    """Falling flakes: small ones far away, big soft ones near."""
    colour = (200, 208, 232) if b.light.night else (255, 255, 255)
    for count, size, alpha in ((130, 0.010, 0.75), (70, 0.018, 0.85), (16, 0.034, 0.7)):
        points = [(b.u(0, b.a), b.u(0, 1)) for _ in range(int(count * max(1.0, b.a)))]
        b.dots(points, size, colour, raw=True, alpha=alpha)


def fog(b: Brush) -> None:
    """A veil over everything, thickest in the middle, with drifting banks."""
    haze = mix(b.light.haze, (235, 235, 235), 0.12 if not b.light.night else 0.16)
    b.gradient(0, 1, [haze] * 4, raw=True, alphas=[0.35, 0.58, 0.46, 0.14])
    for _ in range(6):
        b.ellipse(b.u(0, b.a), b.u(0.3, 0.85), b.u(0.3, 0.6), b.u(0.02, 0.06), haze, raw=True, alpha=0.35, blur=0.03)


def lightning(b: Brush, horizon: float) -> None:
    """Forked lightning from the clouds to the horizon, for storms."""
    if b.scene.weather != "storm":
        return
    for _ in range(b.rng.choice((1, 1, 2))):
        x, y = b.u(0.15, 0.85) * b.a, b.u(0.02, 0.1)
        points = [(x, y)]
        b.glow(x, y + 0.15, 0.4, (190, 190, 255), 0.5)
        while y < horizon:
            x, y = x + b.u(-0.06, 0.06), y + b.u(0.04, 0.09)
            points.append((x, min(y, horizon)))
        b.line(points, 0.018, (170, 170, 255), raw=True, alpha=0.5, blur=0.006)
        b.line(points, 0.007, (255, 255, 250), raw=True)
        if len(points) > 3:
            fx, fy = points[len(points) // 2]
            fork = [(fx, fy), (fx + 0.06, fy + 0.06), (fx + 0.07, fy + 0.13)]
            b.line(fork, 0.004, (240, 240, 255), raw=True)
