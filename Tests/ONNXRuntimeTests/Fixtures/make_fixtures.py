"""Makes the models of the ONNXRuntime tests. Needs the Python packages onnx and numpy: python3 make_fixtures.py"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent


def value(name, element_type, shape):
    return helper.make_tensor_value_info(name, element_type, shape)


def save(name, nodes, inputs, outputs, initializers=(), opset=17):
    graph = helper.make_graph(list(nodes), name, inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="make_fixtures")
    # Without a check: one of the models is wrong on purpose.
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


FLOAT, INT64, INT32, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.STRING

# sum = a + b, with as many rows as a run likes.
save(
    "add",
    [helper.make_node("Add", ["a", "b"], ["sum"])],
    [value("a", FLOAT, ["rows", 3]), value("b", FLOAT, ["rows", 3])],
    [value("sum", FLOAT, ["rows", 3])],
)

# y = x + 1, an operator that may write where it reads; ONNX Runtime warns of the constant that nothing uses.
save(
    "increment",
    [helper.make_node("Add", ["x", "one"], ["y"])],
    [value("x", FLOAT, [4])],
    [value("y", FLOAT, [4])],
    [numpy_helper.from_array(np.ones(1, np.float32), name) for name in ("one", "unused")],
)

# One input and one output of each element type.
TYPES = "FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 BOOL FLOAT16 DOUBLE UINT32 UINT64 BFLOAT16".split()
save(
    "identity",
    [helper.make_node("Identity", [f"in_{t}"], [f"out_{t}"]) for t in TYPES],
    [value(f"in_{t}", TensorProto.DataType.Value(t), ["n"]) for t in TYPES],
    [value(f"out_{t}", TensorProto.DataType.Value(t), ["n"]) for t in TYPES],
)

# A tensor without dimensions.
save(
    "scalar",
    [helper.make_node("Neg", ["x"], ["y"])],
    [value("x", FLOAT, [])],
    [value("y", FLOAT, [])],
)

# Goes round `count` times, adding 1 each time.
body = helper.make_graph(
    [
        helper.make_node("Identity", ["condition_in"], ["condition_out"]),
        helper.make_node("Add", ["state_in", "one"], ["state_out"]),
    ],
    "body",
    [value("iteration", INT64, []), value("condition_in", TensorProto.BOOL, []), value("state_in", FLOAT, [])],
    [value("condition_out", TensorProto.BOOL, []), value("state_out", FLOAT, [])],
    [numpy_helper.from_array(np.float32(1), "one")],
)
save(
    "loop",
    [helper.make_node("Loop", ["count", "", "start"], ["end"], body=body)],
    [value("count", INT64, []), value("start", FLOAT, [])],
    [value("end", FLOAT, [])],
)

# Attention with one head of width 8 and a key/value cache of 4 places.
cache = [1, 1, 4, 8]
save(
    "attention",
    [
        helper.make_node(
            "GroupQueryAttention",
            ["query", "key", "value", "past_key", "past_value", "seqlens_k", "total_sequence_length"],
            ["output", "present_key", "present_value"],
            domain="com.microsoft",
            num_heads=1,
            kv_num_heads=1,
        )
    ],
    [
        *(value(name, FLOAT, [1, 1, 8]) for name in ("query", "key", "value")),
        *(value(name, FLOAT, cache) for name in ("past_key", "past_value")),
        value("seqlens_k", INT32, [1]),
        value("total_sequence_length", INT32, []),
    ],
    [value("output", FLOAT, [1, 1, 8]), value("present_key", FLOAT, cache), value("present_value", FLOAT, cache)],
)

# Outputs that are not tensors of numbers.
save(
    "unsupported",
    [
        helper.make_node("SequenceConstruct", ["x", "x"], ["sequence"]),
        helper.make_node("Constant", [], ["text"], value=helper.make_tensor("t", STRING, [1], [b"word"])),
    ],
    [value("x", FLOAT, [2])],
    [
        helper.make_tensor_sequence_value_info("sequence", FLOAT, [2]),
        value("text", STRING, [1]),
    ],
)

# y has the shape that a run asks for, which x may not fill.
save(
    "reshape",
    [helper.make_node("Reshape", ["x", "shape"], ["y"])],
    [value("x", FLOAT, ["n"]), value("shape", INT64, [2])],
    [value("y", FLOAT, [None, None])],
)

# Wrong: there is no such operator.
save(
    "unknown_operator",
    [helper.make_node("NoSuchOperator", ["x"], ["y"])],
    [value("x", FLOAT, [1])],
    [value("y", FLOAT, [1])],
)

# Right, but of an element type that the CPU has no kernel for.
save(
    "unimplemented",
    [helper.make_node("Conv", ["x", "w"], ["y"])],
    [value("x", TensorProto.DOUBLE, [1, 1, 1, 1]), value("w", TensorProto.DOUBLE, [1, 1, 1, 1])],
    [value("y", TensorProto.DOUBLE, [1, 1, 1, 1])],
)
