"""A brush: Skia's canvas in a scene's own units, with the scene's light on every colour.

The picture's height is 1 and its width is `aspect`; y grows downwards.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import skia

from .light import RGB, Light
from .spec import Scene

Points = Sequence[tuple[float, float]]


class Brush:
    """Draws shapes. Colours are lit by the scene's light unless `raw`."""

    def __init__(self, scene: Scene, height: int) -> None:
        self.scene = scene
        self.rng = random.Random(scene.seed * 7919 + 13)
        self.light = Light(scene.time, scene.weather)
        self.a = scene.aspect
        self.height, self.width = height, round(height * scene.aspect)
        self.surface = skia.Surface(self.width, self.height)
        self.canvas = self.surface.getCanvas()
        self.canvas.scale(height, height)

    def pixels(self) -> np.ndarray:
        """What was drawn, as height × width × 3 bytes."""
        return np.ascontiguousarray(self.surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3])

    def u(self, low: float, high: float) -> float:
        """A random number between `low` and `high`."""
        return self.rng.uniform(low, high)

    def colour(self, rgb: RGB, depth: float = 0.0, alpha: float = 1.0, raw: bool = False) -> int:
        """Skia's colour for `rgb` under the scene's light."""
        r, g, b = rgb if raw else self.light.on(rgb, depth)
        return skia.Color(*(max(0, min(255, int(v))) for v in (r, g, b)), max(0, min(255, int(alpha * 255))))

    def paint(
        self,
        rgb: RGB,
        depth: float = 0.0,
        alpha: float = 1.0,
        raw: bool = False,
        blur: float = 0.0,
        stroke: float = 0.0,
    ) -> skia.Paint:
        """A paint: filled, or a line of width `stroke`."""
        paint = skia.Paint(AntiAlias=True, Color=self.colour(rgb, depth, alpha, raw))
        if blur:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        if stroke:
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(stroke)
            paint.setStrokeCap(skia.Paint.kRound_Cap)
            paint.setStrokeJoin(skia.Paint.kRound_Join)
        return paint

    def poly(self, points: Points, rgb: RGB, **how) -> None:
        """A filled polygon."""
        path = skia.Path()
        path.addPoly([skia.Point(x, y) for x, y in points], True)
        self.canvas.drawPath(path, self.paint(rgb, **how))

    def line(self, points: Points, width: float, rgb: RGB, **how) -> None:
        """A line through points."""
        path = skia.Path()
        path.addPoly([skia.Point(x, y) for x, y in points], False)
        self.canvas.drawPath(path, self.paint(rgb, stroke=width, **how))

    def lines(self, ends: Points, width: float, rgb: RGB, **how) -> None:
        """Many separate lines: `ends` holds two points for each."""
        points = [skia.Point(x, y) for x, y in ends]
        self.canvas.drawPoints(skia.Canvas.PointMode.kLines_PointMode, points, self.paint(rgb, stroke=width, **how))

    def dots(self, points: Points, size: float, rgb: RGB, **how) -> None:
        """Many round dots of one size."""
        where = [skia.Point(x, y) for x, y in points]
        self.canvas.drawPoints(skia.Canvas.PointMode.kPoints_PointMode, where, self.paint(rgb, stroke=size, **how))

    def rect(self, x: float, y: float, w: float, h: float, rgb: RGB, **how) -> None:
        """A filled rectangle."""
        self.canvas.drawRect(skia.Rect.MakeXYWH(x, y, w, h), self.paint(rgb, **how))

    def ellipse(self, x: float, y: float, rx: float, ry: float, rgb: RGB, **how) -> None:
        """A filled ellipse around (x, y)."""
        self.canvas.drawOval(skia.Rect.MakeXYWH(x - rx, y - ry, 2 * rx, 2 * ry), self.paint(rgb, **how))

    def arc(
        self, x: float, y: float, rx: float, ry: float, start: float, sweep: float, width: float, rgb: RGB, **how
    ) -> None:
        """A part of an ellipse's outline, angles in degrees."""
        box = skia.Rect.MakeXYWH(x - rx, y - ry, 2 * rx, 2 * ry)
        self.canvas.drawArc(box, start, sweep, False, self.paint(rgb, stroke=width, **how))

    def glow(self, x: float, y: float, radius: float, rgb: RGB, alpha: float = 1.0) -> None:
        """Light that shines: brightest at (x, y), gone at `radius`."""
        inner, outer = self.colour(rgb, alpha=alpha, raw=True), self.colour(rgb, alpha=0, raw=True)
        shader = skia.GradientShader.MakeRadial(skia.Point(x, y), radius, [inner, outer])
        paint = skia.Paint(AntiAlias=True, Shader=shader, BlendMode=skia.BlendMode.kScreen)
        self.canvas.drawCircle(x, y, radius, paint)

    def gradient(
        self,
        y: float,
        h: float,
        colours: Sequence[RGB],
        raw: bool = False,
        depths: Sequence[float] = (),
        points: Points | None = None,
        alphas: Sequence[float] = (),
    ) -> None:
        """A vertical gradient from `y` down, over the whole width or inside a polygon."""
        depths = depths or [0.0] * len(colours)
        alphas = alphas or [1.0] * len(colours)
        codes = [self.colour(c, d, alpha, raw) for c, d, alpha in zip(colours, depths, alphas)]
        shader = skia.GradientShader.MakeLinear([skia.Point(0, y), skia.Point(0, y + h)], codes)
        paint = skia.Paint(AntiAlias=True, Shader=shader)
        if points is None:
            self.canvas.drawRect(skia.Rect.MakeXYWH(0, y, self.a, h), paint)
        else:
            path = skia.Path()
            path.addPoly([skia.Point(px, py) for px, py in points], True)
            self.canvas.drawPath(path, paint)

    def ridge(self, y: float, height: float, rough: float = 0.5, step: float = 0.02) -> list[tuple[float, float]]:
        """A hilly outline around `y`, closed along the bottom of the picture."""
        waves = [(self.u(1, 3) * 2**k, self.u(0, 6.3), rough**k) for k in range(6)]
        total = sum(w[2] for w in waves)
        count = int(self.a / step) + 2
        top = []
        for i in range(count):
            x = i * step
            top.append((x, y - height * sum(math.sin(x * f + p) * s for f, p, s in waves) / total))
        return [*top, (self.a + step, 1.01), (0.0, 1.01)]
