"""Writes a checkpoint folder as Hugging Face stores one, in half precision."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import torch
from transformers import Blip2ForConditionalGeneration, PreTrainedTokenizerFast

from .model import IMAGE, QUERIES, build

PREPROCESSOR = {
    "do_convert_rgb": True,
    "do_normalize": True,
    "do_rescale": True,
    "do_resize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_processor_type": "BlipImageProcessor",
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "processor_class": "Blip2Processor",
    "resample": 3,
    "rescale_factor": 0.00392156862745098,
    "size": {"height": 224, "width": 224},
}
PROCESSOR = {"num_query_tokens": QUERIES, "processor_class": "Blip2Processor"}


def write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")


def export(model: Blip2ForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Writes all files beside `folder` first, then moves each into place, so that readers never see half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as name:
        fresh = Path(name)
        half = build(tokenizer)
        half.load_state_dict(model.state_dict())
        half = half.to(torch.float16)
        half.config.dtype = half.config.text_config.dtype = torch.float16
        half.generation_config.update(
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        half.save_pretrained(fresh)
        tokenizer.save_pretrained(fresh)
        tokenizer.backend_tokenizer.model.save(str(fresh))  # vocab.json and merges.txt
        settings = json.loads((fresh / "tokenizer_config.json").read_text())
        settings |= {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "image_token": IMAGE,
            "processor_class": "Blip2Processor",
        }
        for key in ("backend", "is_local", "local_files_only"):
            settings.pop(key, None)
        write_json(fresh / "tokenizer_config.json", settings)
        config = json.loads((fresh / "config.json").read_text())
        config["torch_dtype"] = "float16"  # what transformers before version 5 reads
        write_json(fresh / "config.json", config)
        write_json(
            fresh / "special_tokens_map.json",
            {key: getattr(tokenizer, key) for key in ("bos_token", "eos_token", "pad_token", "unk_token")},
        )
        write_json(fresh / "preprocessor_config.json", PREPROCESSOR)
        write_json(fresh / "processor_config.json", PROCESSOR)
        for path in sorted(fresh.iterdir()):
            path.chmod(0o644)
            shutil.move(path, folder / path.name)


def load_state(path: Path) -> tuple[Blip2ForConditionalGeneration, PreTrainedTokenizerFast]:
    """The model and tokenizer of a training state."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(path.parent / "tokenizer")
    model = build(tokenizer)
    model.load_state_dict(torch.load(path, weights_only=True)["model"])
    return model, tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="state.pt, as training.train leaves it")
    parser.add_argument("--out", type=Path, default=Path("Models/demo"))
    args = parser.parse_args()
    export(*load_state(args.state), args.out)


if __name__ == "__main__":
    main()
