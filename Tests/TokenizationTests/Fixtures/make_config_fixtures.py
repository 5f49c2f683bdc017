"""Makes tokenizers whose `tokenizer_config.json` says more than their `tokenizer.json`, and what transformers says of them.

    python make_config_fixtures.py          (transformers 5.24, tokenizers 0.23)

Builds on the folders of `make_fixtures.py` and `make_unigram_fixtures.py`, and writes `configured.json`: for each folder the
file that is put beside the tokenizer's own, and a list of [text, ids, decoded without special tokens, decoded with them].
Equal versions of the packages give an equal file.
"""

import json
import shutil
import tempfile
from pathlib import Path

from transformers import AutoTokenizer

HERE = Path(__file__).parent
FLAGS = {"__type": "AddedToken", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False, "special": True}
CASES = [
    ("older_files", "extra_special_tokens is a list", {"extra_special_tokens": ["<zz>", "<image>", "<aa>"]}),
    ("older_files", "extra_special_tokens is an object", {"extra_special_tokens": {"zz_token": "<zz>", "image_token": "<image>", "aa_token": "<aa>"}}),
    ("older_files", "an object with flags", {"extra_special_tokens": {"zz_token": {"content": "<zz>", **FLAGS}, "aa_token": "<aa>"}}),
    ("older_files", "a token with a name of its own", {"zz_token": "<zz>", "aa_token": "<aa>"}),
    ("opt_like", "a list beside tokenizer.json", {"extra_special_tokens": ["<zz>", "<image>", "<aa>"]}),
    ("opt_like", "an object beside tokenizer.json", {"extra_special_tokens": {"zz_token": "<zz>", "image_token": "<image>", "aa_token": "<aa>"}}),
    ("opt_like", "an object with flags beside tokenizer.json", {"extra_special_tokens": {"zz_token": {"content": "<zz>", **FLAGS}}}),
    ("opt_like", "spaces cleaned up, which byte pairs never are", {"clean_up_tokenization_spaces": True}),
    ("t5", "an object beside a Unigram model", {"extra_special_tokens": {"zz_token": "<zz>", "aa_token": "<aa>"}}),
    ("t5", "spaces cleaned up", {"clean_up_tokenization_spaces": True}),
    ("t5", "spaces not cleaned up", {"clean_up_tokenization_spaces": False}),
    ("t5_converted", "spaces cleaned up in another form", {"clean_up_tokenization_spaces": True}),
    ("wordpiece", "spaces cleaned up behind word pieces", {"clean_up_tokenization_spaces": True}),
]
TEXTS = [
    "", "a photo of <image> two dogs", "a <image>b <zz> c", " <zz><aa>", "a <aa> b", "<zz>", "a . b ? c ! d , e", "it 's", "we 've , they 're",
    "do n't . i 'm", "a ' b ' c", "a  .", "a ' . b", "' '", " ' ", "a 'm", "two  dogs , and one .", "x ' 's", "a ,, b", "?", " .", "n't n't",
]


def main():
    found = []
    for base, name, config in CASES:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(HERE / base, folder, dirs_exist_ok=True)
            path = Path(folder) / "tokenizer_config.json"
            merged = {**(json.loads(path.read_text()) if path.exists() else {}), **config}
            path.write_text(json.dumps(merged))
            tokenizer = AutoTokenizer.from_pretrained(folder)
            rows = []
            for text in TEXTS:
                ids = tokenizer(text, add_special_tokens=False)["input_ids"]
                rows.append([text, ids, *(tokenizer.decode(ids, skip_special_tokens=skip) for skip in (True, False))])
            found.append({"base": base, "name": name, "config": json.dumps(merged), "cases": rows})
    (HERE / "configured.json").write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
