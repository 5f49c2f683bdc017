"""Writes small files with torch.save into torch/, and torch/expected.json with what torch holds in them; and the checkpoint
pytorch-bin, which is single-query in shards of torch.save.

    python make_torch_files.py

It needs torch and safetensors (these files: torch 2.13). torch/expected.json names each file, and each tensor's type, shape and numbers, after
torch.load has read the file again.
"""

import json
import os
import shutil
import warnings
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import load_file

FOLDER = Path(__file__).parent / "torch"
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
NARROW = (torch.float8_e4m3fn, torch.float8_e5m2)


def types():
    """One tensor of every type; those below the line have untyped storages."""
    floats = [0.0, -0.0, 1.5, -2.25, 65504.0, 6e-8]
    return {
        "half": torch.tensor(floats, dtype=torch.float16),
        "brain": torch.tensor([*floats, float("inf"), float("nan")], dtype=torch.bfloat16),
        "single": torch.tensor([floats, [1e-45, 3.4028235e38, float("-inf"), 1, 2, 3]]),
        "double": torch.tensor([0.1, -1e-310, 1e300], dtype=torch.float64),
        "long": torch.tensor([[-1, 2**40], [-(2**63), 2**63 - 1]]),
        "int": torch.tensor([-7, 2**31 - 1], dtype=torch.int32),
        "short": torch.tensor([-300, 300], dtype=torch.int16),
        "byte": torch.tensor([0, 255], dtype=torch.uint8),
        "sign": torch.tensor([-128, 127], dtype=torch.int8),
        "flag": torch.tensor([True, False, True]),
        # ---
        "uint16": torch.tensor([1, 2, 65535], dtype=torch.uint16),
        "uint32": torch.tensor([1, 2**32 - 1], dtype=torch.uint32),
        "e4m3": torch.tensor([1.0, -2.0], dtype=torch.float8_e4m3fn),
        "e5m2": torch.tensor([1.0, -2.0], dtype=torch.float8_e5m2),
    }


def views():
    """Tensors that share storages, and lie in them in other orders than their own."""
    matrix = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    block = torch.arange(120, dtype=torch.float16).reshape(2, 3, 4, 5)
    return {
        "matrix": matrix,
        "tied": matrix,
        "rows": matrix[1:3],
        "tail": matrix.flatten()[20:],
        "transposed": matrix.t(),
        "columns": matrix[:, 2:5],
        "every_other": matrix[::2, ::3],
        "permuted": block.permute(3, 0, 2, 1),
        "inner": block[1, :, 1:3, ::2],
        "diagonal": torch.arange(9, dtype=torch.int64).reshape(3, 3).diagonal(),
        "bytes": torch.arange(6, dtype=torch.uint8).reshape(2, 3).t(),
        "doubles": torch.arange(6, dtype=torch.float64).reshape(2, 3).t(),
        "windows": torch.arange(6.0).as_strided((2, 3), (2, 1)),
        "expanded_by_one": torch.arange(5).expand(1, -1),
        "unsqueezed": matrix[0].unsqueeze(0),
        "one": matrix[3, 5],
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "empty_end": matrix.flatten()[24:],
        "empty_columns": matrix[:, 6:],
    }


class Model(torch.nn.Module):
    """A state_dict with `_metadata`, tied weights, and a buffer of integers."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(5, 4)
        self.layer = torch.nn.Linear(4, 3)
        self.norm = torch.nn.BatchNorm1d(3)
        self.head = torch.nn.Linear(4, 5, bias=False)
        self.head.weight = self.embedding.weight
        self.register_buffer("position_ids", torch.arange(7).expand((1, -1)))


class Harm:
    """What a pickle can do to whoever lets Python read it."""

    def __reduce__(self):
        return os.system, ("echo this file ran a command",)


def write_shards(tensors, folder):
    """Two shards and their index."""
    folder.mkdir(exist_ok=True)
    names, weight_map = sorted(tensors), {}
    half = len(names) // 2
    for number, part in enumerate((names[:half], names[half:]), start=1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: tensors[name] for name in part}, folder / file)
        weight_map |= dict.fromkeys(part, file)
    index = {"metadata": {"total_size": 0}, "weight_map": weight_map}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=1) + "\n")


def write_checkpoint(source, folder):
    """A checkpoint as torch.save keeps it: the head tied, a buffer of integers, and every third matrix a transposed view."""
    tensors = load_file(source / "model.safetensors")
    for index, name in enumerate(sorted(tensors)):
        if index % 3 == 0 and tensors[name].dim() == 2:
            tensors[name] = tensors[name].t().contiguous().t()
    tensors["language_model.lm_head.weight"] = tensors["language_model.model.decoder.embed_tokens.weight"]
    tensors["qformer.embeddings.position_ids"] = torch.arange(512).expand(1, -1)
    write_shards(tensors, folder)
    for name in ("config.json", "generation_config.json", "reference.safetensors"):
        shutil.copyfile(source / name, folder / name)


def numbers(tensor):
    """A tensor as JSON: the bits of floats, the values of integers."""
    entry = {"dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape)}
    if tensor.dtype in FLOATS:
        bits = tensor.detach().float().flatten().view(torch.int32).tolist()
        entry["float_bits"] = [value & 0xFFFFFFFF for value in bits]
    elif tensor.dtype not in (torch.bool, *NARROW):
        entry["integers"] = tensor.flatten().tolist()
    return entry


def main():
    torch.manual_seed(1)
    FOLDER.mkdir(exist_ok=True)
    state = Model().state_dict()
    expected = {}

    def save(name, tensors, **options):
        torch.save(tensors, FOLDER / name, **options)
        # Of the file just written; weights_only knows no protocol above 3.
        loaded = torch.load(FOLDER / name, weights_only=False)
        expected[name] = {key: numbers(tensor) for key, tensor in loaded.items()}

    save("types.bin", types())
    save("views.bin", views())
    save("state_dict.bin", state)
    for protocol in (3, 4, 5):
        save(f"protocol-{protocol}.bin", state, pickle_protocol=protocol)
    parameters = OrderedDict(Model().named_parameters())
    save("parameters.bin", parameters)
    # So many that the memo needs its long numbers, and one dictionary is filled in several steps.
    line = torch.arange(1001.0)
    save("many.bin", {f"t{index}": line[index] for index in range(1001)})
    # What is refused.
    torch.save({"mask": torch.zeros(2).expand(300, 2)}, FOLDER / "expanded.bin")
    torch.save(state, FOLDER / "legacy.bin", _use_new_zipfile_serialization=False)
    torch.save({"model": state, "epoch": 3}, FOLDER / "training.bin")
    torch.save(Model(), FOLDER / "module.bin")
    torch.save(torch.zeros(2), FOLDER / "tensor.bin")
    torch.save({"flipped": torch._neg_view(torch.ones(2))}, FOLDER / "negated.bin")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), FOLDER / "script.bin")

    torch.save({"weight": Harm()}, FOLDER / "harm.bin")
    write_shards(state, FOLDER / "sharded")
    write_checkpoint(FOLDER.parent / "single-query", FOLDER.parent / "pytorch-bin")
    (FOLDER / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
