"""Makes tiny random Florence-2 checkpoints, each with what transformers computed for it, with generation.json and
prompts.json.

    python make_florence2.py                              # all of them, in florence2/ beside this script
    python make_florence2.py --only base-form   # one of them
    python make_florence2.py --generation                 # generation.json and prompts.json alone
    python make_florence2.py --out /some/folder

Needs torch, transformers 5, tokenizers and safetensors. Equal versions of these give equal files.

`reference.safetensors` holds pixel_values [B,3,H,W], vision_hidden_state [B,N,D] (the picture's features behind the projector),
encoder_hidden_state [B,N+P,D], first_logits [B,V] (raw), generated_ids [B,L] (new tokens, filled up with pad), prompt_ids [B,P],
and as metadata `generation` (the arguments of `generate`, over which the checkpoint's generation_config.json holds), `prompt`
where a text gave the ids, and `fp32_error`. Everything is computed in float32 from the weights as they are stored.

A draw is taken only if every greedy step is clear, the pictures lead to different words, and float32 agrees with float64.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import BartConfig, BartTokenizer, CLIPImageProcessor, Florence2Config, Florence2ForConditionalGeneration
from transformers import Florence2Processor, Florence2VisionConfig, GenerationConfig
from transformers.utils import logging

import make_generation
from make_checkpoints import MARGIN, NOISE, complaints_about_free_run, lengths, relative, without_defaults
from tokenizer import TEXT

OUTLIER_GAIN = 40
SEEDS = 400
START, BOS, PAD, EOS = 2, 0, 1, 2
DTYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

Tensors = dict[str, torch.Tensor]

# As in the published generation_config.json.
PUBLISHED = {
    "bos_token_id": 0, "decoder_start_token_id": 2, "early_stopping": True, "eos_token_id": 2, "forced_bos_token_id": 0,
    "forced_eos_token_id": 2, "no_repeat_ngram_size": 3, "num_beams": 3, "pad_token_id": 1}


@dataclass(frozen=True)
class Shape:
    """All that sets one tiny checkpoint apart from another."""

    name: str
    note: str
    vision: dict[str, Any]
    text: dict[str, Any]
    size: tuple[int, int]  # height and width of the pictures
    batch: int = 2
    dtype: str = "F32"
    shards: int = 1
    prompt: int | str = 5  # how many ids a prompt has, or its text; then the checkpoint has a tokenizer
    generation: dict[str, Any] = field(default_factory=lambda: {"num_beams": 1, "max_new_tokens": 12})
    defaults: dict[str, Any] | None = field(default_factory=lambda: dict(PUBLISHED))  # generation_config.json
    tied: bool = True
    older: bool = False
    outliers: int = 0
    pruned: bool = True  # whether config.json leaves out what equals a default
    buffer: bool = True  # whether the temporal positions are stored

    @property
    def has_tokenizer(self) -> bool:
        return isinstance(self.prompt, str)


def davit(dims: list[int], heads: list[int], groups: list[int], window: int, depths: list[int] | None = None, **more: Any) -> dict:
    stages = len(dims)
    base = dict(embed_dim=dims, num_heads=heads, num_groups=groups, window_size=window, depths=depths or [1] * stages,
                patch_size=[7, 3, 3, 3][:stages], patch_stride=[4, 2, 2, 2][:stages], patch_padding=[3, 1, 1, 1][:stages],
                patch_prenorm=[False, True, True, True][:stages], max_position_embeddings=12, max_temporal_embeddings=5)
    return {**base, **more}


def bart(width: int, heads: tuple[int, int], layers: tuple[int, int], ffn: tuple[int, int], vocabulary: int, **more: Any) -> dict:
    return dict(d_model=width, encoder_attention_heads=heads[0], decoder_attention_heads=heads[1], encoder_layers=layers[0],
                decoder_layers=layers[1], encoder_ffn_dim=ffn[0], decoder_ffn_dim=ffn[1], vocab_size=vocabulary,
                max_position_embeddings=96, **more)


NAMED: list[Shape] = [
    Shape("base-form", "the published layout in small: four stages, the last one's window larger than it; tokenizer",
          davit([16, 24, 32, 48], [2, 3, 4, 6], [4, 3, 2, 6], 4, [1, 1, 2, 1]), bart(32, (4, 4), (2, 2), (64, 64), 1408),
          size=(64, 64), dtype="F16", prompt="<CAPTION>"),
    Shape("padded-windows", "50 × 50 pixels whose windows are padded in all stages; norms behind each convolution, no "
          "bias of queries, keys and values, other activations, scaled embeddings, head size 5; no generation_config.json",
          davit([15, 20], [3, 4], [5, 2], 5, [2, 1], patch_prenorm=[False, False], qkv_bias=False, mlp_ratio=2.5,
                activation_function="gelu_new"),
          bart(30, (6, 3), (3, 1), (44, 52), 128, scale_embedding=True, activation_function="relu"),
          size=(50, 50), batch=3, prompt=7, defaults=None, generation={"num_beams": 1, "max_new_tokens": 14}, buffer=False),
    Shape("bf16-sharded", "BF16 in several shards; three stages, other kernels and strides; three beams, as its "
          "generation_config.json asks",
          davit([16, 32, 40], [2, 4, 5], [2, 8, 5], 3, [1, 2, 1], patch_size=[5, 2, 3], patch_stride=[3, 2, 1],
                patch_padding=[2, 0, 1], patch_prenorm=[True, False, True]),
          bart(40, (5, 2), (2, 3), (48, 56), 192), size=(36, 36), dtype="BF16", shards=3, prompt=4,
          generation={"max_new_tokens": 10}),
    Shape("wide-pictures", "pictures wider than high; a head of its own; two ends; a least length",
          davit([12, 24], [2, 2], [3, 4], 6), bart(36, (3, 4), (1, 2), (40, 72), 96), size=(36, 60), batch=3, tied=False,
          prompt=3, defaults={**{key: value for key, value in PUBLISHED.items() if key not in ("early_stopping", "num_beams")},
                              "eos_token_id": [2, 2]},
          generation={"num_beams": 1, "max_new_tokens": 16, "min_new_tokens": 5}),
    Shape("older", "the dialect of the remote code: other names and keys, a transposed projection, no added tokens",
          davit([16, 24], [2, 3], [4, 3], 4), bart(32, (4, 2), (2, 2), (48, 48), 1344), size=(48, 48),
          prompt="<DETAILED_CAPTION>", older=True, pruned=False),
    Shape("outliers", "three outlier channels in each norm",
          davit([32, 64], [2, 4], [4, 4], 4, [1, 2]), bart(64, (4, 4), (2, 2), (64, 64), 128), size=(48, 48), dtype="F16",
          prompt=5, generation={"num_beams": 1, "max_new_tokens": 8}, outliers=3),
]

# MARK: Tokenizer

LOCATIONS = [f"<loc_{number}>" for number in range(1000)]
ADDED = ["<od>", "</od>", "<ocr>", "</ocr>", *LOCATIONS, "<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>", "<grounding>",
         "</grounding>", "<seg>", "</seg>", "<sep>", "<region_cap>", "</region_cap>", "<region_to_desciption>",
         "</region_to_desciption>", "<proposal>", "</proposal>", "<poly>", "</poly>", "<and>"]
WORDS = 320  # ids of the tokenizer before anything is added


def train() -> Tokenizer:
    """320 ids as BART has them: <s>, <pad>, </s>, <unk>, 256 bytes, merges, and <mask> at the end."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT.splitlines(), trainers.BpeTrainer(
        vocab_size=WORDS - 1, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    assert tokenizer.token_to_id("<mask>") == WORDS - 1
    return tokenizer


def processor(shape: Shape) -> Florence2Processor:
    """The processor as the conversion of the published checkpoints makes it."""
    made = train()
    made.add_special_tokens(ADDED)
    made.add_special_tokens([AddedToken("<image>", normalized=False)])
    tokenizer = BartTokenizer(tokenizer_object=made, extra_special_tokens={"image_token": "<image>"})
    tokenizer._tokenizer = made  # with the merges as they were trained
    assert tokenizer.convert_tokens_to_ids("<image>") == WORDS + len(ADDED), tokenizer.convert_tokens_to_ids("<image>")
    height, width = shape.size
    pictures = CLIPImageProcessor(
        do_center_crop=False, size={"height": height, "width": width}, crop_size={"height": height, "width": width},
        image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    pictures.image_seq_length = image_tokens(shape)
    kinds = ["ocr", "phrase_grounding", "pure_text", "description_with_bboxes", "polygons", "bboxes",
             "description_with_bboxes_or_polygons", "description_with_polygons"]
    return Florence2Processor(pictures, tokenizer, post_processor_config={kind: {} for kind in kinds})


def write_processor(shape: Shape, folder: Path) -> None:
    """The files of the published checkpoints; a checkpoint without a tokenizer has preprocessor_config.json alone."""
    height, width = shape.size
    preparation = {
        "do_center_crop": False, "do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True,
        "image_mean": [0.485, 0.456, 0.406], "image_processor_type": "CLIPImageProcessor",
        "image_seq_length": image_tokens(shape), "image_std": [0.229, 0.224, 0.225], "processor_class": "Florence2Processor",
        "resample": 3, "rescale_factor": 1 / 255, "size": {"height": height, "width": width},
        "crop_size": {"height": height, "width": width}}
    if shape.older:
        preparation |= {"auto_map": {"AutoProcessor": "processing_florence2.Florence2Processor"}}
    (folder / "preprocessor_config.json").write_text(json.dumps(preparation, indent=2) + "\n")
    if not shape.has_tokenizer:
        return
    tokenizer = train()
    settings = {"add_prefix_space": False, "bos_token": "<s>", "clean_up_tokenization_spaces": False, "cls_token": "<s>",
                "eos_token": "</s>", "mask_token": "<mask>", "pad_token": "<pad>", "sep_token": "</s>",
                "tokenizer_class": "BartTokenizer", "unk_token": "<unk>"}
    if not shape.older:
        tokenizer.add_special_tokens(ADDED)
        tokenizer.add_special_tokens([AddedToken("<image>", normalized=False)])
        settings |= {"extra_special_tokens": {"image_token": "<image>"}, "processor_class": "Florence2Processor"}
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=False) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


# MARK: Configuration and weights


def grid(shape: Shape) -> tuple[int, int]:
    height, width = shape.size
    for kernel, stride, padding in zip(*(shape.vision[f"patch_{key}"] for key in ("size", "stride", "padding"))):
        height, width = ((edge + 2 * padding - kernel) // stride + 1 for edge in (height, width))
    return height, width


def image_tokens(shape: Shape) -> int:
    height, width = grid(shape)
    return height * width + 1


def image_token(shape: Shape) -> int:
    """In the older dialect there is none; any will do, as the picture's features take its place."""
    if shape.older:
        return shape.text["vocab_size"] - 1
    return WORDS + len(ADDED) if shape.has_tokenizer else shape.text["vocab_size"] - 3


def configuration(shape: Shape) -> Florence2Config:
    text = BartConfig(**shape.text, decoder_start_token_id=START, bos_token_id=BOS, pad_token_id=PAD, eos_token_id=EOS,
                      dropout=0.1, tie_word_embeddings=shape.tied)
    vision = Florence2VisionConfig(**shape.vision, projection_dim=shape.text["d_model"])
    return Florence2Config(vision_config=vision.to_dict(), text_config=text.to_dict(), image_token_id=image_token(shape),
                           tie_word_embeddings=shape.tied)


@torch.no_grad()
def draw_weights(model: Florence2ForConditionalGeneration, shape: Shape, dice: torch.Generator) -> None:
    """Fills every parameter with random values that its stored type can hold."""
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=dice)
        if weight.ndim == 1 and name.endswith("weight"):
            value = 1 + 0.25 * noise
            if shape.outliers:
                value[torch.randperm(len(value), generator=dice)[: shape.outliers]] *= OUTLIER_GAIN
        elif weight.ndim == 1:
            value = 0.2 * noise
        elif "shared" in name or "lm_head" in name:
            value = (0.12 if shape.text.get("scale_embedding") else 0.5) * noise
        elif "embed_positions" in name or "_embeddings" in name:
            value = noise
        else:
            strong = any(part in name for part in ("qkv", "q_proj", "k_proj", "out_proj", "fc2"))
            value = (1.8 if strong else 1.3) * noise / weight[0].numel() ** 0.5
        if shape.outliers and weight.ndim == 2 and any(
                f".{part}." in name for part in ("qkv", "fc1", "q_proj", "k_proj", "v_proj", "lm_head")):
            # As large sums as without outliers: else attention is all or nothing, and any rounding tips it over.
            value = value / (1 + shape.outliers * (OUTLIER_GAIN**2 - 1) / weight.shape[1]) ** 0.5
        if shape.outliers and weight.ndim == 2 and "shared" in name:
            value = value / 8
        weight.copy_(value.to(DTYPES[shape.dtype]).float())


def draw_inputs(shape: Shape, dice: torch.Generator) -> Tensors:
    """Pictures that differ in colour, in slope and in noise, and prompts that differ from row to row."""
    (height, width), rows = shape.size, shape.batch
    colour, across, down = (torch.randn(rows, 3, 1, 1, generator=dice) for _ in range(3))
    noise = torch.randn(rows, 3, height, width, generator=dice)
    ramps = across * torch.linspace(-1, 1, width) + down * torch.linspace(-1, 1, height)[:, None]
    pixels = (colour + ramps + 0.5 * noise).contiguous()
    if isinstance(shape.prompt, str):
        from PIL import Image
        made = processor(shape)(text=[shape.prompt] * rows, images=[Image.new("RGB", (8, 8))] * rows)["input_ids"]
        prompts = torch.tensor(made)[:, image_tokens(shape):]
        image = WORDS + len(ADDED)
        assert not (prompts == image).any() and (torch.tensor(made)[:, : image_tokens(shape)] == image).all()
    else:
        words = torch.randint(4, shape.text["vocab_size"] - 3, (rows, shape.prompt - 2), generator=dice)
        prompts = torch.cat([torch.full((rows, 1), BOS), words, torch.full((rows, 1), EOS)], dim=1)
    return {"pixel_values": pixels, "prompt_ids": prompts}


# MARK: What transformers computes


def input_ids(model: Florence2ForConditionalGeneration, prompts: torch.Tensor, features: torch.Tensor) -> torch.Tensor:
    image = torch.full((len(prompts), features.shape[1]), model.config.image_token_id)
    return torch.cat([image, prompts], dim=1)


@torch.no_grad()
def stages(model: Florence2ForConditionalGeneration, inputs: Tensors, generation: dict) -> tuple[Tensors, float]:
    """What the reference holds, and the smallest relative margin of a step that no rule decides."""
    pixels, prompts = inputs["pixel_values"].to(model.dtype), inputs["prompt_ids"]
    features = model.get_image_features(pixels).pooler_output
    ids = input_ids(model, prompts, features)
    start = torch.full((len(pixels), 1), START)
    output = model(input_ids=ids, pixel_values=pixels, decoder_input_ids=start)
    generated = model.generate(
        input_ids=ids, pixel_values=pixels, **generation, do_sample=False, return_dict_in_generate=True, output_scores=True)
    new = generated.sequences[:, 1:]
    margin, running = 1.0, torch.ones(len(pixels), dtype=torch.bool)
    beams = generation.get("num_beams", model.generation_config.num_beams) or 1
    for step, scores in enumerate(generated.scores if beams == 1 else []):
        best = scores.topk(2).values
        if best[:, 1].isinf().all():
            continue  # forced
        gaps = (best[:, 0] - best[:, 1]) / best[:, 0].abs().clamp(min=scores[scores.isfinite()].std())
        margin = min(margin, gaps[running].min().item())
        running &= ~torch.isin(new[:, step], torch.tensor(ends_of(model)))
        if not running.any():
            break
    return {"vision_hidden_state": features, "encoder_hidden_state": output.encoder_last_hidden_state,
            "first_logits": output.logits[:, -1], "generated_ids": new}, margin


def ends_of(model: Florence2ForConditionalGeneration) -> list[int]:
    ends = model.generation_config.eos_token_id
    return ends if isinstance(ends, list) else [] if ends is None else [ends]


def settle(model: Florence2ForConditionalGeneration, shape: Shape, ends: int | list[int] | None) -> None:
    """Gives the model the generation_config.json of its shape, with other ends."""
    model.config.text_config.eos_token_id = ends
    if shape.defaults is None:
        model.generation_config = GenerationConfig.from_model_config(model.config)
        model.generation_config.eos_token_id = ends
    else:
        forced = ends[0] if isinstance(ends, list) else ends
        model.generation_config = GenerationConfig(**{
            **shape.defaults, "eos_token_id": ends, "forced_eos_token_id": EOS if ends is None else forced})


def choose_ends(shape: Shape, free: torch.Tensor) -> int | list[int]:
    """Tokens of the free run that cut some rows, at different steps, and as late as may be; a published vocabulary keeps its own."""
    wanted = len(shape.defaults["eos_token_id"]) if shape.defaults and isinstance(shape.defaults["eos_token_id"], list) else 1
    least = shape.generation.get("min_new_tokens", 0)

    def merit(token: int) -> tuple[bool, bool, int]:
        cut = lengths(free, [token])
        return (min(cut) < least if least else min(cut) < free.shape[1]), len(set(cut)) > 1, sum(cut)

    ends: list[int] = []
    for row in [*range(len(free))] * wanted:
        candidates = [token for token in free[row].tolist() if token not in (PAD, BOS, START) and token not in ends]
        if candidates and len(ends) < wanted:
            ends.append(max(candidates, key=merit))
    return ends if wanted > 1 else ends[0]


def complaints(model: Florence2ForConditionalGeneration, shape: Shape, inputs: Tensors) -> list[str]:
    """What makes this draw a poor test; nothing where it is a good one."""
    found, margin = stages(model, inputs, shape.generation)
    ids, poor = found["generated_ids"], []
    if margin < MARGIN:
        poor.append(f"margin {margin:.1e}")
    if len({tuple(row) for row in ids.tolist()}) < len(ids):
        poor.append("pictures look alike")
    if not shape.has_tokenizer and "min_new_tokens" not in shape.generation and len(set(lengths(ids, ends_of(model)))) == 1:
        poor.append("all rows end together")
    if min(lengths(ids, ends_of(model))) < 4:
        poor.append("a row is short")
    if poor:
        return poor
    # Rounding must not decide among beams either.
    for seed in range(3):
        noisy = model.generate(
            input_ids=input_ids(model, inputs["prompt_ids"], found["vision_hidden_state"]), pixel_values=inputs["pixel_values"],
            **shape.generation, do_sample=False, logits_processor=[make_generation.Noise(seed)])[:, 1:]
        if noisy.shape != ids.shape or not torch.equal(noisy, ids):
            return ["a little noise changes a text"]
    exact, _ = stages(copy.deepcopy(model).double(), inputs, shape.generation)
    poor += [f"{name} noise {relative(found[name], exact[name]):.1e}" for name in found
             if name != "generated_ids" and relative(found[name], exact[name]) > NOISE]
    if not torch.equal(ids, exact["generated_ids"]):
        poor.append("float64 says other ids")
    if shape.outliers:
        coarse, _ = stages(copy.deepcopy(model).bfloat16(), inputs, shape.generation)
        poor += [f"{name} tips over, {relative(coarse[name], found[name]):.1e}" for name in found
                 if name != "generated_ids" and relative(coarse[name], found[name]) > 0.03]
    return poor


# MARK: Writing


def prune_configuration(folder: Path) -> None:
    """Leaves out of config.json what equals the defaults of the configuration classes.

    Not the special tokens: where there is no generation_config.json, transformers reads them from the file as it stands.
    """
    kept = ("model_type", "bos_token_id", "decoder_start_token_id", "eos_token_id", "forced_eos_token_id", "pad_token_id")
    path = folder / "config.json"
    config = json.loads(path.read_text())
    for key, kind in {"vision_config": Florence2VisionConfig, "text_config": BartConfig}.items():
        config[key] = without_defaults(config[key], json.loads(json.dumps(kind().to_dict())), kept)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def store(model: Florence2ForConditionalGeneration, shape: Shape, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    stored = copy.deepcopy(model)
    stored.config.text_config.eos_token_id = model.config.text_config.eos_token_id
    for weight in stored.parameters():
        weight.data = weight.data.to(DTYPES[shape.dtype])
    size = sum(weight.numel() * weight.element_size() for weight in stored.parameters())
    stored.save_pretrained(folder, max_shard_size=f"{size // shape.shards // 1000 - 1}KB" if shape.shards > 1 else "50MB")
    if shape.pruned:
        prune_configuration(folder)
    if shape.defaults is None:
        (folder / "generation_config.json").unlink()
    if not shape.buffer:
        file = folder / "model.safetensors"
        save_file({name: value for name, value in load_file(file).items() if "pos_idx_to_embed" not in name}, file,
                  metadata={"format": "pt"})
    write_processor(shape, folder)
    for path in folder.iterdir():
        path.chmod(0o644)


def make_older(shape: Shape, folder: Path) -> None:
    """Rewrites a checkpoint into the form of the repositories with remote code."""
    tensors = load_file(folder / "model.safetensors")
    renamed: Tensors = {}
    for name, value in tensors.items():
        name = name.removeprefix("model.")
        if name.startswith("language_model."):
            name = "language_model.model." + name.removeprefix("language_model.")
        elif name.startswith("vision_tower."):
            name = name.replace(".conv.", ".proj.")
            for conv in ("conv1", "conv2"):
                name = name.replace(f".{conv}.", f".{conv}.fn.dw.")
            for kind in ("window_attn", "channel_attn"):
                name = name.replace(f".{kind}.", f".{kind}.fn.")
            block = "window_attn" if "spatial_block" in name else "channel_attn"
            name = name.replace(".ffn.", ".ffn.fn.net.").replace(".norm1.", f".{block}.norm.").replace(".norm2.", ".ffn.norm.")
        else:
            name = name.removeprefix("multi_modal_projector.").replace("image_position_embed", "image_pos_embed")
            if name == "image_projection.weight":
                name, value = "image_projection", value.T.contiguous()
        renamed[name] = value
    width = shape.text["vocab_size"]
    renamed["language_model.final_logits_bias"] = torch.zeros(1, width)
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    vision, text = config["vision_config"], config["text_config"]
    older = {key: vision[key] for key in ("depths", "drop_path_rate", "num_groups", "num_heads", "patch_padding", "patch_prenorm",
                                          "patch_size", "patch_stride", "projection_dim", "window_size")}
    older |= {"model_type": "davit", "enable_checkpoint": False, "dim_embed": vision["embed_dim"],
              "image_feature_source": ["spatial_avg_pool", "temporal_avg_pool"],
              "image_pos_embed": {"type": "learned_abs_2d", "max_pos_embeddings": vision["max_position_embeddings"]},
              "visual_temporal_embedding": {"type": "COSINE", "max_temporal_embeddings": vision["max_temporal_embeddings"]}}
    text |= {"model_type": "florence2_language", "normalize_before": False, "add_final_layer_norm": False, "num_beams": 3,
             "no_repeat_ngram_size": 3, "forced_bos_token_id": 0, "early_stopping": True}
    del text["tie_word_embeddings"]
    config = {
        "architectures": ["Florence2ForConditionalGeneration"], "ignore_index": -100, "model_type": "florence2",
        "auto_map": {"AutoConfig": "configuration_florence2.Florence2Config",
                     "AutoModelForCausalLM": "modeling_florence2.Florence2ForConditionalGeneration"},
        "bos_token_id": 0, "eos_token_id": text["eos_token_id"], "pad_token_id": 1, "is_encoder_decoder": True,
        "projection_dim": vision["projection_dim"], "text_config": text, "vision_config": older, "torch_dtype": "float32",
        "vocab_size": text["vocab_size"]}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def reload(folder: Path) -> Florence2ForConditionalGeneration:
    model, report = Florence2ForConditionalGeneration.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    missing = {name for name in report["missing_keys"] if "pos_idx_to_embed" not in name}
    assert not missing and not report["unexpected_keys"] and not report["mismatched_keys"], f"{folder.name}: {report}"
    return model.eval()


def make(shape: Shape, parent: Path) -> str:
    """Makes one checkpoint with its reference; returns a line that says how it went."""
    folder, last = parent / shape.name, ["nothing tried"]
    config = configuration(shape)
    config._attn_implementation = "eager"
    model = Florence2ForConditionalGeneration(config).eval()
    model.set_attn_implementation("eager")
    unbound = {"num_beams": 1, "max_new_tokens": shape.generation["max_new_tokens"]}
    for seed in range(SEEDS):
        dice = torch.Generator().manual_seed(seed)
        draw_weights(model, shape, dice)
        inputs = draw_inputs(shape, dice)
        settle(model, shape, None)
        free = stages(model, inputs, unbound)[0]["generated_ids"]
        last = complaints_about_free_run(free[:, 1:])
        if not last:
            settle(model, shape, EOS if shape.has_tokenizer else choose_ends(shape, free))
            last = complaints(model, shape, inputs)
        if not last:
            break
    else:
        raise SystemExit(f"{shape.name}: no seed is good enough ({'; '.join(last)})")
    store(model, shape, folder)
    again = reload(folder)
    assert ends_of(again) == ends_of(model), (ends_of(again), ends_of(model))
    reference, margin = stages(again, inputs, shape.generation)
    assert torch.equal(reference["generated_ids"], stages(model, inputs, shape.generation)[0]["generated_ids"])
    exact, _ = stages(copy.deepcopy(again).double(), inputs, shape.generation)
    error = {name: relative(reference[name], exact[name]) for name in reference if name != "generated_ids"}
    tensors = {name: value.contiguous().clone() for name, value in {**inputs, **reference}.items()}
    metadata = {"generation": json.dumps(shape.generation), "fp32_error": json.dumps(error)}
    if isinstance(shape.prompt, str):
        metadata["prompt"] = shape.prompt
    save_file(tensors, folder / "reference.safetensors", metadata=metadata)
    (folder / "reference.safetensors").chmod(0o644)
    if shape.older:
        make_older(shape, folder)
    size = sum(path.stat().st_size for path in folder.iterdir()) // 1000
    return (f"{shape.name}: seed {seed}, {size} kB, margin {margin:.3f}, eos {ends_of(model)}, "
            f"lengths {lengths(reference['generated_ids'], ends_of(model))}")


# MARK: Generation


class Subject(make_generation.Subject):
    """A checkpoint with its pictures, and what `generate` makes of them."""

    def __init__(self, name: str, parent: Path) -> None:
        self.name = name
        load = dict(attn_implementation="eager")
        self.model = Florence2ForConditionalGeneration.from_pretrained(parent / name, dtype=torch.float32, **load).eval()
        self.exact = Florence2ForConditionalGeneration.from_pretrained(parent / name, dtype=torch.float64, **load).eval()
        # What the cases do not say is not the checkpoint's to say.
        for model in (self.model, self.exact):
            model.generation_config = GenerationConfig(
                bos_token_id=BOS, pad_token_id=PAD, eos_token_id=EOS, decoder_start_token_id=START)
        self.pixels = load_file(parent / name / "reference.safetensors")["pixel_values"]
        self.has_encoder, self.whole_batches = True, False
        self.words = min(self.model.config.text_config.vocab_size - 3, self.model.config.image_token_id, WORDS - 1)
        self.count = self.model.get_image_features(self.pixels[:1]).pooler_output.shape[1]

    @torch.no_grad()
    def generate(self, case: dict, arguments: dict, noise: int | None = None, exact: bool = False) -> Any:
        model = self.exact if exact else self.model
        ids = torch.tensor([[model.config.image_token_id] * self.count + prompt for prompt in case["prompts"]])
        processors = [] if noise is None else [make_generation.Noise(noise)]
        return model.generate(
            input_ids=ids, pixel_values=self.pixels[case["pictures"]].to(model.dtype), **arguments, logits_processor=processors,
            return_dict_in_generate=True, output_scores=True, output_logits=True)


def draw_case(subject: Subject, dice: random.Random) -> dict:
    """Pictures, in batches too, and prompts of one length: <s>, words, </s>."""
    pictures = [dice.randrange(len(subject.pixels)) for _ in range(dice.choice([1, 1, 2, 3]))]
    length = dice.choice([0, 2, 4])
    prompts = [[BOS] + [dice.randrange(4, subject.words) for _ in range(length)] + [EOS] for _ in pictures]
    return {"pictures": pictures, "prompts": prompts}


def distributions(subject: Subject) -> list[dict]:
    """Scores before and behind the processors, at some steps of samples."""
    found, case = [], {"pictures": [0], "prompts": [[BOS, 20, 31, 44, EOS]]}
    for number, more in enumerate(make_generation.SAMPLING):
        beams = more.get("num_beams", 1)
        arguments = {"num_beams": beams, "max_new_tokens": 8, "do_sample": True, "eos_token_id": [9, 78],
                     "forced_bos_token_id": BOS, "forced_eos_token_id": 9, **more}
        torch.manual_seed(number)
        output = subject.generate(case, arguments)
        for step in range(1 if beams > 1 else min(4, len(output.scores))):
            logits, scores = output.logits[step][:1], output.scores[step][:1]
            found.append({"arguments": arguments, "context": 1, "ids": output.sequences[:1, :1 + step][0].tolist(),
                          "logits": make_generation.floats(logits[0]), "scores": make_generation.floats(scores[0])})
    return found


def write_generation(parent: Path) -> None:
    make_generation.draw_case = draw_case
    covered: dict[str, int] = {}
    parts = []
    for name, count in {"padded-windows": 8, "bf16-sharded": 8, "wide-pictures": 8}.items():
        subject = Subject(name, parent)
        cases = [make_generation.draw(subject, number, covered) for number in range(count)]
        lines = ",\n".join("  " + json.dumps(case) for case in cases)
        parts.append(f'{{"name": "{name}", "cases": [\n{lines}\n]}}')
        print(f"{name}: {count} cases", flush=True)
    lines = ",\n".join("  " + json.dumps(entry) for entry in distributions(Subject("wide-pictures", parent)))
    text = '{"checkpoints": [\n' + ",\n".join(parts) + f'\n], "distributions": [\n{lines}\n]}}\n'
    json.loads(text)
    (parent / "generation.json").write_text(text)
    print(f"{len(text) // 1000} kB; {dict(sorted(covered.items()))}")


# MARK: Prompts and answers

PROMPTS = ["", "<OCR>", "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<REGION_TO_OCR><loc_1><loc_22><loc_333><loc_999>",
           "<REGION_TO_CATEGORY> <loc_0><loc_0><loc_9><loc_9> ", "<REGION_TO_DESCRIPTION>the boat", "a photo of", "  two spaces  ",
           "What is the text in the image?", "un bateau à l'été 🚢", "a <mask> on the sea</s>", "{input}", "<REGION_TO_OCR>{input}",
           "<loc_12>", "CAPTION", "<caption>"]
REFUSED = ["<CAPTION> please", "a <OCR>", "<CAPTION><CAPTION>"]


def write_prompts(parent: Path) -> None:
    """Writes what the processor makes of prompts, and of generated tokens: prompts.json."""
    from PIL import Image
    shape = NAMED[0]
    made, picture = processor(shape), Image.new("RGB", (8, 8))
    prompts = [[text, made(text=text, images=picture)["input_ids"][0][image_tokens(shape):]] for text in PROMPTS]
    for text in REFUSED:
        try:
            made(text=text, images=picture)
        except ValueError:
            continue
        raise AssertionError(f"{text} is not refused")
    dice = random.Random(7)
    words = made.tokenizer("a red boat on the blue sea", add_special_tokens=False)["input_ids"]
    answers = [[BOS, *words, EOS], [BOS, BOS, *words, EOS], [BOS, EOS], [*words], [BOS, *words, WORDS + 4 + 12, WORDS, EOS],
               [BOS, WORDS - 1, 3, *words, EOS], *[[BOS, *dice.sample(words, 5), EOS] for _ in range(4)]]
    texts = [[ids, made.post_process_generation(sequence=ids, task="<OCR>", image_size=(8, 8))["<OCR>"]] for ids in answers]
    text = json.dumps({"prompts": prompts, "refused": REFUSED, "answers": texts}, indent=1) + "\n"
    (parent / "prompts.json").write_text(text)
    print(f"prompts.json: {len(prompts)} prompts, {len(texts)} answers")


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes tiny random Florence-2 checkpoints with transformers' references.")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="make only these")
    parser.add_argument("--generation", action="store_true", help="write the .json files alone")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "florence2", help="default: florence2/ beside this script")
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.generation:
        for shape in NAMED:
            if not arguments.only or shape.name in arguments.only:
                print(make(shape, arguments.out), flush=True)
    if not arguments.only:
        write_prompts(arguments.out)
        write_generation(arguments.out)


if __name__ == "__main__":
    main()
