"""Small tokenizers and an image processor in the files that the published BLIP-2 checkpoints have."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from shapes import Shape

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]  # ids 0 to 3, as in OPT
IMAGE_TOKEN = 320  # "<image>", the first id after the trained ones
TEXT = """a photo of a beach at sunset. a quiet harbour in the fog. people dancing at a neon party in the night.
a campfire in the forest under a starry sky. snow on the mountains in the morning. rain falls on an empty road.
a red boat on the blue sea. fireworks over the city. a meadow of flowers in the sun. question: what is this? answer:"""


def train() -> Tokenizer:
    """320 ids (4 special, 256 bytes, 60 merges) and "<image>"; encoding puts </s> in front, as OPT does."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(TEXT.splitlines(), trainers.BpeTrainer(
        vocab_size=IMAGE_TOKEN, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens(["<image>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="</s> $A", special_tokens=[("</s>", 2)])
    assert tokenizer.token_to_id("<image>") == IMAGE_TOKEN
    return tokenizer


T5_SPECIAL = ["<pad>", "</s>", "<unk>"]  # ids 0 to 2, as in T5
T5_EXTRA = [f"<extra_id_{number}>" for number in range(10)]


def train_t5() -> Tokenizer:
    """A Unigram model, "<extra_id_9>" to "<extra_id_0>" behind it, and "<image>"; encoding puts </s> behind."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator(TEXT.splitlines(), trainers.UnigramTrainer(
        vocab_size=240, special_tokens=T5_SPECIAL, unk_token="<unk>", show_progress=False))
    description = json.loads(tokenizer.to_str())
    description["model"]["vocab"] = [[piece, round(score, 6)] for piece, score in description["model"]["vocab"]]
    description["model"]["vocab"] += [[extra, 0.0] for extra in reversed(T5_EXTRA)]
    tokenizer = Tokenizer.from_str(json.dumps(description))
    tokenizer.add_special_tokens(T5_EXTRA + ["<image>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def image_token(shape: Shape) -> int:
    return train_t5().token_to_id("<image>") if shape.is_t5 else IMAGE_TOKEN


def write_processor(folder: Path, shape: Shape) -> None:
    """Writes tokenizer.json, tokenizer_config.json, preprocessor_config.json and processor_config.json."""
    tokenizer = train_t5() if shape.is_t5 else train()
    (folder / "tokenizer.json").write_text(tokenizer.to_str(pretty=False) + "\n")
    size = shape.vision["image_size"]
    files = {
        "tokenizer_config.json": {
            "add_prefix_space": False, "bos_token": "</s>", "clean_up_tokenization_spaces": False,
            "eos_token": "</s>", "pad_token": "<pad>", "tokenizer_class": "GPT2Tokenizer", "unk_token": "</s>"},
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_processor_type": "BlipImageProcessor",
            "image_std": [0.26862954, 0.26130258, 0.27577711], "processor_class": "Blip2Processor", "resample": 3,
            "rescale_factor": 0.00392156862745098, "size": {"height": size, "width": size}},
        "processor_config.json": {"num_query_tokens": shape.queries, "processor_class": "Blip2Processor"},
    }
    if shape.is_t5:
        files["tokenizer_config.json"] = {
            "clean_up_tokenization_spaces": False, "eos_token": "</s>", "extra_ids": len(T5_EXTRA), "pad_token": "<pad>",
            "tokenizer_class": "T5Tokenizer", "unk_token": "<unk>"}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")
