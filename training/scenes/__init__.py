"""Scenes drawn by a program: each one a pure function of an integer seed.

`describe(seed)` decides what is in a scene; `draw(scene, height)` paints it.
"""

from .paint import draw
from .spec import KINDS, TIMES, WEATHERS, Kind, Scene, Thing, describe

__all__ = ["KINDS", "TIMES", "WEATHERS", "Kind", "Scene", "Thing", "describe", "draw"]
