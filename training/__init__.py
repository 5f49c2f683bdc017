"""Draws scenes, and trains the small demo BLIP-2 that describes them."""
