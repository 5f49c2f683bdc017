"""Rewrites a tiny checkpoint into a form that older versions or other programs left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable

import torch
from safetensors.torch import load_file, save_file

Tensors = dict[str, torch.Tensor]
EMBEDDINGS, HEAD = "language_model.model.decoder.embed_tokens.weight", "language_model.lm_head.weight"


def base_prefix(tensors: Tensors) -> Tensors:
    """Everything below "blip.", and layer norms with gamma and beta: transformers renames both as it loads."""
    def old(name: str) -> str:
        return "blip." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
    return {old(name): tensor for name, tensor in tensors.items()}


def separate_biases(tensors: Tensors) -> Tensors:
    """q_bias and v_bias in the place of qkv.bias, as EVA's own files have them. Keys have none."""
    result: Tensors = {}
    for name, tensor in tensors.items():
        if name.endswith("qkv.bias"):
            query, _, value = tensor.chunk(3)
            result[name.replace("qkv.bias", "q_bias")] = query.contiguous()
            result[name.replace("qkv.bias", "v_bias")] = value.contiguous()
        else:
            result[name] = tensor
    return result


def no_image_token(tensors: Tensors) -> Tensors:
    """The tied head and buffers that were once saved: those of the Q-Former's positions and of OPT's version."""
    return tensors | {
        HEAD: tensors[EMBEDDINGS].clone(), "qformer.embeddings.position_ids": torch.arange(512)[None],
        "language_model.model.decoder.version": torch.tensor([3.0])}


def head_alone(tensors: Tensors) -> Tensors:
    """A tied table under its second name alone."""
    return {HEAD if name == EMBEDDINGS else name: tensor for name, tensor in tensors.items()}


FORMS: dict[str, Callable[[Tensors], Tensors]] = {
    "base-prefix": base_prefix, "separate-biases": separate_biases, "no-image-token": no_image_token,
    "head-alone": head_alone}
LOADABLE = {"base-prefix", "no-image-token"}  # by transformers 5.23


def make_older(folder: Path, form: str) -> None:
    """Rewrites the files of a checkpoint in one shard."""
    path = folder / "model.safetensors"
    save_file(FORMS[form](load_file(path)), path, metadata={"format": "pt"})
    path.chmod(0o644)
    if form != "no-image-token":
        return
    forget(folder / "config.json", "image_token_index")
    if (folder / "processor_config.json").exists():
        forget(folder / "processor_config.json", "num_query_tokens")
        tokenizer = json.loads((folder / "tokenizer.json").read_text())
        tokenizer["added_tokens"] = [token for token in tokenizer["added_tokens"] if token["content"] != "<image>"]
        (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False) + "\n")


def forget(path: Path, key: str) -> None:
    content = json.loads(path.read_text())
    del content[key]
    path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
