"""Computes what transformers makes of pictures that are larger or smaller than those a checkpoint was trained with.

    python make_positions.py        # writes positions/, beside this script

The checkpoints are the tiny ones beside this script, the references are as theirs (see make_checkpoints.py), and every call is
made with interpolate_pos_encoding=True. A draw of pictures is taken only if every greedy step is clear, float32 and
float64 agree, and neither the learned positions as they are nor another interpolation would do.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from unittest import mock

import torch
from safetensors.torch import save_file
from torch.nn import functional
from transformers.utils import logging

from drawing import draw_inputs
from make_checkpoints import MARGIN, NOISE, SEEDS, NoGoodDraw, relative, reload, stages
from shapes import NAMED, Shape

FOLDER = Path(__file__).parent
SHAPES = {shape.name: shape for shape in NAMED}

# Checkpoint, height and width.
CASES = [
    ("opt-pre-norm", 70, 70),  # 2 × 2 patches become 5 × 5
    ("uneven-patches-min-length", 80, 80),  # 3 × 3 become 5 × 5; 50 pixels are no multiple of 16
    ("several-ends", 43, 76),  # 4 × 4 become 5 × 9, and some pixels are left over
    ("t5-tied-relu", 21, 21),  # 4 × 4 become 3 × 3
    ("opt-coco-form", 36, 36),  # 26 × 26 become 18 × 18
]
TELLING = 1e-3  # least relative L2 distance of the queries where positions are interpolated in another way


def draw_pictures(shape: Shape, height: int, width: int, seed: int) -> dict[str, torch.Tensor]:
    """As the checkpoint's own are drawn, cut out of a square."""
    square = Shape(**{**vars(shape), "vision": {**shape.vision, "image_size": max(height, width)}})
    inputs = draw_inputs(square, torch.Generator().manual_seed(seed))
    inputs["pixel_values"] = inputs["pixel_values"][:, :, :height, :width].contiguous()
    return inputs


def otherwise(**changes: object) -> mock._patch:
    """Interpolates with other arguments."""
    original = functional.interpolate
    return mock.patch.object(
        functional, "interpolate", lambda *given, **arguments: original(*given, **{**arguments, **changes}))


def make(name: str, height: int, width: int) -> str:
    shape, vision = SHAPES[name], {"interpolate_pos_encoding": True}
    model = reload(FOLDER / name)
    exact = copy.deepcopy(model).double()
    for seed in range(SEEDS):
        inputs = draw_pictures(shape, height, width, seed)
        found, margin = stages(model, inputs, shape.generation, **vision)
        precise, _ = stages(exact, inputs, shape.generation, **vision)
        noise = max(relative(found[key], precise[key]) for key in found if key != "generated_ids")
        if margin >= MARGIN and noise <= NOISE and torch.equal(found["generated_ids"], precise["generated_ids"]):
            break
    else:
        raise NoGoodDraw(name)
    for changes in ({"mode": "bilinear"}, {"align_corners": True}, {"antialias": True}):
        if changes == {"antialias": True} and height * width > shape.vision["image_size"] ** 2:
            continue  # which does nothing to what grows
        with otherwise(**changes):
            other, _ = stages(model, inputs, shape.generation, **vision)
        assert relative(other["query_output"], found["query_output"]) > TELLING, f"{name}: {changes} does as well"
    tensors = {key: value.contiguous().clone() for key, value in {**inputs, **found}.items()}
    path = FOLDER / "positions" / f"{name}-{height}x{width}.safetensors"
    path.parent.mkdir(exist_ok=True)
    save_file(tensors, path, metadata={"generation": json.dumps({**shape.generation, **vision})})
    path.chmod(0o644)
    return f"{path.name}: seed {seed}, margin {margin:.3f}, {path.stat().st_size // 1000} kB"


def main() -> None:
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    for case in CASES:
        print(make(*case), flush=True)


if __name__ == "__main__":
    main()
