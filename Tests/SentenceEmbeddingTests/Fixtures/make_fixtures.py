"""Makes tiny random sentence models, and what transformers computes with them and with a published one.

    python make_fixtures.py                       the tiny models, each a folder with its files and `reference.json`
    python make_fixtures.py --model FOLDER        `all-minilm-l6-v2.json`, with the model that lies in FOLDER

Needs torch, transformers 5, tokenizers and safetensors. Equal versions of these give equal files.

A reference holds `texts`, their `ids` with special tokens as the model takes them, and their `vectors`: transformers' last hidden
states in float32 from the weights as they are stored, the mean of each text's tokens (or the first of them), divided by its
length. Every text goes through alone.
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, BertConfig, BertModel

HERE = pathlib.Path(__file__).parent
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [
    "a dog is running along the beach at sunset", "joyful music, high energy, for: two children on a swing", "", "Rain.",
    "an empty street at night, neon signs and rain; nobody is there but a cat under an umbrella, waiting for the morning to come",
    "Café Noir: naïve, déjà vu, Ångström, señor", "夜晚的城市，下着雨", "犬が海辺を走っています。", "so happy 🎉🎉 🙂", "x" * 120 + " unbelievable", "[MASK] is a [SEP] word",
    "classical; calm, melancholic; slow; romantic era",
]


def reference(folder, longest, pooling="mean", lowercases=False):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertModel.from_pretrained(folder, dtype=torch.float32, add_pooling_layer=False).eval()
    ids, vectors = [], []
    for text in TEXTS:
        encoded = tokenizer(text.lower() if lowercases else text, truncation=True, max_length=longest, return_tensors="pt")
        with torch.no_grad():
            states = model(**encoded).last_hidden_state[0]
        vector = states.mean(0) if pooling == "mean" else states[0]
        ids.append(encoded.input_ids[0].tolist())
        vectors.append([round(value, 8) for value in torch.nn.functional.normalize(vector, dim=0).tolist()])
    return {"texts": TEXTS, "ids": ids, "vectors": vectors}


def tokenizer(folder):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=150, special_tokens=SPECIAL, limit_alphabet=50, show_progress=False)
    tokenizer.train_from_iterator(TEXTS, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding(length=128)
    write(folder / "tokenizer.json", json.loads(tokenizer.to_str()))
    names = {name + "_token": f"[{name.upper()}]" for name in ["pad", "unk", "cls", "sep", "mask"]}
    write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **names})
    return tokenizer.get_vocab_size()


def write(path, value, indent=None):
    separators = (",", ":") if indent is None else None
    path.write_text(json.dumps(value, ensure_ascii=False, indent=indent, separators=separators) + "\n", encoding="utf-8")


def checkpoint(name, dtype=torch.float32, rename=lambda name: name, **more):
    """A BERT whose every weight matters."""
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    config = BertConfig(vocab_size=tokenizer(folder), num_hidden_layers=2, max_position_embeddings=96, **more)
    dice = torch.Generator().manual_seed(7)
    weights = {}
    for key, weight in BertModel(config, add_pooling_layer=False).named_parameters():
        noise = torch.randn(weight.shape, generator=dice)
        if weight.ndim == 1:
            value = 1 + 0.25 * noise if key.endswith("weight") else 0.2 * noise
        else:
            value = noise if "embeddings" in key else 1.5 * noise / weight.shape[1] ** 0.5
        weights[rename(key)] = value.to(dtype).contiguous()
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    description = {**config.to_diff_dict(), "architectures": ["BertModel"], "model_type": "bert"}
    for key in ["transformers_version", "_name_or_path", "dtype"]:
        description.pop(key, None)
    write(folder / "config.json", description, indent=2)
    return folder


def modules(folder, *kinds):
    paths = {"Transformer": "", "Pooling": "1_Pooling", "Normalize": "2_Normalize"}
    write(folder / "modules.json", [
        {"idx": i, "name": str(i), "path": paths[kind], "type": f"sentence_transformers.models.{kind}"} for i, kind in enumerate(kinds)], indent=2)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    return folder / "1_Pooling" / "config.json"


def mean_pooling():
    """As the MiniLM models are stored."""
    folder = checkpoint("mean", hidden_size=32, num_attention_heads=4, intermediate_size=80)
    write(modules(folder, "Transformer", "Pooling", "Normalize"), {
        "word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False}, indent=2)
    write(folder / "sentence_bert_config.json", {"max_seq_length": 24, "do_lower_case": False}, indent=2)
    write(folder / "reference.json", reference(folder, 24))


def first_token():
    """The first token as the vector, names of another time below `bert.`, F16, odd sizes, another activation."""

    def older(name):
        return "bert." + name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")

    folder = checkpoint(
        "first-token", torch.float16, older, hidden_size=36, num_attention_heads=3, intermediate_size=50,
        hidden_act="gelu_new", type_vocab_size=1, layer_norm_eps=1e-5)
    write(modules(folder, "Transformer", "Pooling"), {"embedding_dimension": 36, "pooling_mode": "cls", "include_prompt": True}, indent=2)
    write(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": True}, indent=2)
    write(folder / "reference.json", reference(folder, 96, "cls", True))


def bare():
    """A checkpoint without what sentence-transformers writes beside it, in BF16."""
    folder = checkpoint("bare", torch.bfloat16, hidden_size=24, num_attention_heads=2, intermediate_size=40, hidden_act="relu")
    write(folder / "reference.json", reference(folder, 96))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--model", type=pathlib.Path, help="the folder of all-MiniLM-L6-v2")
    model = arguments.parse_args().model
    if model is None:
        mean_pooling()
        first_token()
        bare()
    else:
        write(HERE / "all-minilm-l6-v2.json", reference(model, 256))


if __name__ == "__main__":
    main()
