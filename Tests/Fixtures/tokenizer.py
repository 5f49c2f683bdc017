"""A small byte-level BPE tokenizer and an image processor in the files that the published BLIP-2 checkpoints have."""

from __future__ import annotations

import json
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

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


def write_processor(folder: Path, shape: Shape) -> None:
    """Writes tokenizer.json, tokenizer_config.json, preprocessor_config.json and processor_config.json."""
    (folder / "tokenizer.json").write_text(train().to_str(pretty=False) + "\n")
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
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")
