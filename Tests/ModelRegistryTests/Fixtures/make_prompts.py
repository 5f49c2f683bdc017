"""Writes prompts.json: what transformers makes of prompts.

    python make_prompts.py          (transformers 5, torch, Pillow)

It is an object of
  prompts   for each checkpoint a list of [prompt, ids]: what Blip2Processor gives, without the image tokens in front, of
            which there are as many as num_query_tokens says, or none where the processor's configuration has no such key.
            Both ways of configuring it have to give the same ids, or this script fails.
  captions  for the demo checkpoint and one sample [prompt, text, new text]: all that `generate` gives, decoded without
            special tokens, which for OPT holds the prompt too, and what is new of it; both without white space around.
"""

import json
import pathlib

import torch
from PIL import Image
from transformers import AddedToken, Blip2ForConditionalGeneration, Blip2Processor

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parents[2]
CHECKPOINTS = ["Models/demo", "Tests/Fixtures/opt-pre-norm"]
PICTURE = "Samples/harbour-evening.jpg"
PROMPTS = [
    "", "a photo of", " a photo of", "a photo of ", "a quiet harbour", "Question: what colour is the car? Answer:",
    "Question: is it raining? Answer: no. Question: why? Answer:", "\n", "  two  spaces ", "naïve café, Straße, Ελλάδα",
    "写真：", "🙂👨‍👩‍👧 e\u0301", "</s>a photo", "a <pad> b", "don't, they're", "x" * 60,
    " ".join(["a small boat on the water"] * 12),
]
CONTINUED = ["a quiet harbour", "a photo of", "Question: what is it? Answer:"]


def processors(folder):
    """The checkpoint's processor, as its configuration has it and without num_query_tokens."""
    own = Blip2Processor.from_pretrained(folder)
    # A tokenizer that names its image token names it as a string, on which this class trips over its own feet.
    own.image_token = AddedToken("<image>", normalized=False, special=True)
    older = Blip2Processor(own.image_processor, own.tokenizer)
    older.image_token = own.image_token
    return own, older


def prompts(folder, picture):
    own, older = processors(folder)
    image = own.tokenizer.convert_tokens_to_ids("<image>")
    result = []
    for prompt in PROMPTS:
        ids = own(images=picture, text=prompt, return_tensors="pt")["input_ids"][0].tolist()
        behind = ids[own.num_query_tokens :]
        assert own.num_query_tokens and ids[: own.num_query_tokens] == [image] * own.num_query_tokens
        assert behind == older(images=picture, text=prompt, return_tensors="pt")["input_ids"][0].tolist(), prompt
        result.append([prompt, behind])
    return result


@torch.no_grad()
def captions(folder, picture):
    own, _ = processors(folder)
    model = Blip2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    result = []
    for prompt in CONTINUED:
        inputs = own(images=picture, text=prompt, return_tensors="pt")
        ids = model.generate(**inputs, max_new_tokens=30)[0]
        new = ids[inputs["input_ids"].shape[1] :]
        result.append([prompt, *(own.decode(part, skip_special_tokens=True).strip() for part in (ids, new))])
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    picture = Image.open(REPOSITORY / PICTURE)
    content = {
        "prompts": {name: prompts(REPOSITORY / name, picture) for name in CHECKPOINTS},
        "captions": captions(REPOSITORY / CHECKPOINTS[0], picture),
    }
    (HERE / "prompts.json").write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
