"""Times ONNX Runtime's own operators on a feed-forward pair of layers, in every form of weights that it has.

    python Benchmarks/stock_operators.py

This is what the kernels in Sources/Runtime/CKernels are held against: `image-to-song bench` says what a whole network makes of them.
Shapes are those of BLIP-2's vision tower (1408 and 6144 wide, 257 tokens a picture) and of OPT-2.7B (2560 and 10240 wide; 33 tokens
of a prompt, or one at a time). The forms take turns; every figure is the median. Needs numpy, onnx and onnxruntime.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

FORMS = ["float32", "uint8 by int8", "8 bits", "4 bits"]
SHAPES = {  # rows, width, hidden width, pairs of layers: more than caches hold
    "vision, 257 rows": (257, 1408, 6144, 4),
    "prompt, 33 rows": (33, 2560, 10240, 2),
    "step, 1 row": (1, 2560, 10240, 2),
}
BLOCK = 128


class Description:
    """A graph that grows layer by layer."""

    def __init__(self, form: str):
        self.form = form
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.random = np.random.default_rng(0)

    def constant(self, values: np.ndarray) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def layer(self, x: str, inputs: int, outputs: int) -> str:
        """x [rows, inputs] times random weights: [rows, outputs]."""
        y = f"y{len(self.nodes)}"
        if self.form == "float32":
            weights = self.constant(self.random.standard_normal((inputs, outputs), dtype=np.float32))
            self.nodes.append(helper.make_node("MatMul", [x, weights], [y]))
        elif self.form == "uint8 by int8":
            # Inputs as unsigned numbers, weights as signed ones: what the processor's dot products take.
            weights = self.constant(self.random.integers(-127, 128, (inputs, outputs), dtype=np.int8))
            scales = self.constant(np.full(outputs, 0.01, np.float32))
            zeros = self.constant(np.zeros(outputs, np.int8))
            self.nodes.append(
                helper.make_node("DynamicQuantizeMatMul", [x, weights, scales, zeros], [y], domain="com.microsoft"))
        else:
            bits = int(self.form.split()[0])
            shape = (outputs, inputs // BLOCK, BLOCK * bits // 8)
            weights = self.constant(self.random.integers(0, 256, shape, dtype=np.uint8))
            scales = self.constant(np.full(outputs * (inputs // BLOCK), 0.01, np.float32))
            # Accuracy level 4: the inputs are quantised to 8 bits, which is the fastest.
            self.nodes.append(helper.make_node(
                "MatMulNBits", [x, weights, scales], [y], domain="com.microsoft", K=inputs, N=outputs, bits=bits,
                block_size=BLOCK, accuracy_level=4))
        return y


def session(form: str, rows: int, width: int, hidden: int, pairs: int, folder: Path) -> onnxruntime.InferenceSession:
    graph = Description(form)
    x = "x"
    for _ in range(pairs):
        inner = graph.layer(x, width, hidden)
        graph.nodes.append(helper.make_node("Relu", [inner], [f"{inner}r"]))
        x = graph.layer(f"{inner}r", hidden, width)
    model = helper.make_model(
        helper.make_graph(
            graph.nodes, "layers", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, width])],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, [rows, width])], graph.weights),
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)], ir_version=10)
    path = folder / f"{form}-{rows}.onnx".replace(" ", "-")
    onnx.save(model, path)
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=9, help="turns that each median is of (%(default)s)")
    arguments = parser.parse_args()
    print(f"ONNX Runtime {onnxruntime.__version__}; GOP/s of the products\n")
    print("".join(f"{title:>18}" for title in ["", *FORMS]))
    with tempfile.TemporaryDirectory() as name:
        for title, (rows, width, hidden, pairs) in SHAPES.items():
            x = {"x": np.random.default_rng(1).standard_normal((rows, width), dtype=np.float32) * 0.1}
            sessions = [session(form, rows, width, hidden, pairs, Path(name)) for form in FORMS]
            seconds: list[list[float]] = [[] for _ in FORMS]
            for turn in range(arguments.repeat + 1):
                for place, one in enumerate(sessions):
                    start = time.perf_counter()
                    one.run(None, x)
                    if turn > 0:
                        seconds[place].append(time.perf_counter() - start)
            operations = 2 * 2 * rows * width * hidden * pairs
            speeds = [operations / statistics.median(times) / 1e9 for times in seconds]
            print(f"{title:>18}" + "".join(f"{speed:18.0f}" for speed in speeds), flush=True)


if __name__ == "__main__":
    main()
