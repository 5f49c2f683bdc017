#!/usr/bin/env python3
"""Writes colours.json: what scikit-image and scikit-learn make of colours that ColourTests converts and groups; and
half-transparent.png, 40 × 30: the left half red and transparent, the right half blue and opaque.

    pip install numpy pillow scikit-image scikit-learn
    python Tests/ColourTests/Fixtures/make_colours.py

`lab`: colours in sRGB and in CIELAB. `differences`: pairs of colours in CIELAB and their CIEDE2000 difference. `clusters`: for
some of the references beside this script, the least sum of squared distances that fifty random starts of k-means with five
groups came to. A second run writes the same numbers.
"""

import json
import pathlib

import numpy
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab
from sklearn.cluster import KMeans

HERE = pathlib.Path(__file__).parent
PICTURES = HERE.parent.parent / "ImagingTests" / "Fixtures"
PICTURES = ["baseline.jpg", "large.jpg", "cmyk.jpg", "picture.avif", "alpha.png", "palette-alpha.png", "grey.jpg"]


def lab_of(rgb):
    return rgb2lab(numpy.asarray(rgb, dtype=numpy.uint8).reshape(1, -1, 3))[0]


def colours(random):
    corners = [[r, g, b] for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    greys = [[v, v, v] for v in (1, 10, 11, 64, 128, 254)]
    return corners + greys + random.integers(0, 256, (40, 3)).tolist()


def pairs(random):
    """Near and far pairs, greys, and pairs whose hue angles lie on both sides of 0, of 180 and of 275 degrees."""
    result = []
    for _ in range(40):
        lab = random.uniform([0, -90, -90], [100, 90, 90])
        result += [(lab, lab + random.normal(0, 2, 3)), (lab, random.uniform([0, -90, -90], [100, 90, 90]))]
    for angle in (0, 90, 180, 275):
        for _ in range(6):
            hues = numpy.radians(angle + random.uniform(-4, 4, 2))
            chromas = random.uniform(1, 80, 2)
            lights = random.uniform(5, 95, 2)
            result.append(tuple(
                numpy.array([light, chroma * numpy.cos(hue), chroma * numpy.sin(hue)])
                for light, chroma, hue in zip(lights, chromas, hues)))
    result += [(numpy.array([50, 0, 0]), numpy.array([60, 0, 0])), (numpy.array([50, 0, 0]), numpy.array([50, 20, -9]))]
    result.append((numpy.array([40, 10, 10]), numpy.array([40, 10, 10])))
    return result


def main():
    random = numpy.random.default_rng(11)
    rgb = colours(random)
    document = {
        "lab": [{"rgb": value, "lab": [round(float(x), 6) for x in lab]} for value, lab in zip(rgb, lab_of(rgb))],
        "differences": [],
        "clusters": [],
    }
    for one, two in pairs(random):
        one, two = ([round(float(x), 6) for x in lab] for lab in (one, two))
        difference = round(float(deltaE_ciede2000(numpy.array(one), numpy.array(two))), 6)
        document["differences"].append({"one": one, "two": two, "difference": difference})
    for name in PICTURES:
        pixels = numpy.frombuffer((PICTURES / f"{name}.rgb").read_bytes(), numpy.uint8)
        found = KMeans(n_clusters=5, n_init=50, init="random", random_state=0).fit(lab_of(pixels))
        document["clusters"].append({"picture": name, "spread": round(float(found.inertia_), 1)})
    lines = [f'"{key}": [\n' + ",\n".join("  " + json.dumps(row) for row in rows) + "\n]" for key, rows in document.items()]
    (HERE / "colours.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    picture = Image.new("RGBA", (40, 30), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 255), (20, 0, 40, 30))
    picture.save(HERE / "half-transparent.png")


if __name__ == "__main__":
    main()
