"""Draws a scene: its kind, then the weather over it, then the painter's style."""

from __future__ import annotations

from PIL import Image

from . import styles
from .brush import Brush
from .coast import COAST
from .country import COUNTRY
from .festive import FESTIVE
from .inland import INLAND
from .spec import Scene
from .town import TOWN
from .weather import overlay
from .wild import WILD

PAINTERS = {**COAST, **INLAND, **COUNTRY, **WILD, **TOWN, **FESTIVE}


def draw(scene: Scene, height: int = 240) -> Image.Image:
    """The picture of a scene, `height` pixels high and as wide as its aspect says."""
    brush = Brush(scene, height)
    PAINTERS[scene.kind](brush)
    overlay(brush)
    return styles.apply(scene, brush.pixels())
