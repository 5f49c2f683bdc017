"""Writes reference.safetensors with the reference implementation, and reference.json with what it holds.

Needs torch and safetensors. Run it in this folder.
"""

import json

import torch
from safetensors.torch import save_file

# Sign, exponent and mantissa at their ends: zeros, subnormals, the smallest normal, ordinary numbers, the largest,
# infinities, NaN.
HALF_BITS = [
    0x0000, 0x8000, 0x0001, 0x8001, 0x0002, 0x03FF, 0x83FF, 0x0200, 0x0400, 0x8400, 0x0401, 0x3555, 0x3C00, 0xBC00,
    0x3C01, 0x4248, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00, 0xFE00, 0x7C01,
]  # fmt: skip
BRAIN_BITS = [
    0x0000, 0x8000, 0x0001, 0x8001, 0x007F, 0x0080, 0x3F80, 0xBF80, 0x3F81, 0x4049, 0x7F7F, 0xFF7F, 0x7F80, 0xFF80,
    0x7FC0, 0xFFC0, 0x7F81,
]  # fmt: skip


def from_bits(bits, dtype):
    signed = [value - 0x10000 if value >= 0x8000 else value for value in bits]
    return torch.tensor(signed, dtype=torch.int16).view(dtype)


tensors = {
    "half": from_bits(HALF_BITS, torch.float16),
    "brain": from_bits(BRAIN_BITS, torch.bfloat16),
    "single": torch.tensor([[0.0, -0.0, 1e-45], [float("inf"), 3.4028235e38, -1.5]]),
    "double": torch.tensor([0.1, -1e-310, 1e300, 1 / 3], dtype=torch.float64),
    "scalar": torch.tensor(2.5),
    "empty": torch.zeros(0, 3),
    "long": torch.tensor([[-1, 2**40], [-(2**63), 2**63 - 1]]),
    "int": torch.tensor([-7, 2**31 - 1], dtype=torch.int32),
    "short": torch.tensor([-300, 300], dtype=torch.int16),
    "byte": torch.tensor([0, 255], dtype=torch.uint8),
    "sign": torch.tensor([-128, 127], dtype=torch.int8),
    "flag": torch.tensor([True, False, True]),
}
metadata = {"format": "pt", "größe": 'two\n"lines" 🙂'}
save_file(tensors, "reference.safetensors", metadata=metadata)

expected = {}
for name, tensor in tensors.items():
    entry = {"dtype": str(tensor.dtype), "shape": list(tensor.shape)}
    if tensor.is_floating_point():
        bits = tensor.float().flatten().view(torch.int32).tolist()
        entry["float_bits"] = [value & 0xFFFFFFFF for value in bits]
    elif tensor.dtype != torch.bool:
        entry["integers"] = tensor.flatten().tolist()
    expected[name] = entry
with open("reference.json", "w") as file:
    json.dump({"metadata": metadata, "tensors": expected}, file, indent=1)
    file.write("\n")
