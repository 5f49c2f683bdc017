"""Makes the WordPiece tokenizers of this folder and what the `tokenizers` package says about them.

    python make_wordpiece_fixtures.py          (tokenizers 0.23, transformers 5)

Reads `texts.json` and writes, for each tokenizer, a folder with `tokenizer.json` and `reference.json` as `make_fixtures.py`
describes it, and `cut.json`: rows of a text, a length and a direction that it is cut by, and the ids with special tokens;
then batches of texts and their ids as the file's own `padding` fills them up.
"""

import json
import unicodedata

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from make_fixtures import HERE, TRAINING_TEXT, reference, write

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
MORE = [
    "[CLS]", "[SEP] a [SEP]", "a[MASK]b", " [MASK] ", "[mask]", "[UNK]", "[PAD][PAD]", "unaffable", "un##aff", "##a", "a ##b",
    "I do not know", "he 's here , is n't he ?", "rock ' n ' roll", "Ἀρχιμήδης", "ÅÄÖ åäö", "a\u0301\u0327", "I\u0307stanbul", "x" * 100, "x" * 101, "é" * 60,
    "\u2028\u2029a\u0085b", "\u00ada", "\u166d\u1735\u1734", "a\u0890b", "a\ufffdb", "\ufa0e\uf900", "\U0002b820\U0002b920", "«quoted»—dash…", "$5 + 3 = 8 ^ ~ ` |",
    "a_b-c/d\\e", "٪ ؟ ۔", "。、！", "a\u3000b", "\u200ba", "\ue000a", "ＡＢＣ", "ﬁ", "ß ẞ", "Σ ς", "Ǆ ǅ", "한국어", "ᄒ\u1161\u11ab", "हिन्दी", "ไทย",
]
CUT = ["a dog is running along the beach at sunset", "", "word " * 40, "[MASK] in the middle of it", "unbreakable"]


def train(cases, normalizer, prefix, longest, size):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=longest, continuing_subword_prefix=prefix))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, special_tokens=SPECIAL, limit_alphabet=500, continuing_subword_prefix=prefix, show_progress=False)
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines() * 20 + cases, trainer)
    description = json.loads(tokenizer.to_str())
    # One of those that canonical equivalence makes the same.
    kept = {unicodedata.normalize("NFC", token): token for token in sorted(description["model"]["vocab"], reverse=True)}
    ordered = sorted(kept.values(), key=description["model"]["vocab"].get)
    description["model"]["vocab"] = {token: index for index, token in enumerate(ordered)}
    return Tokenizer.from_str(json.dumps(description))


def wordpiece(cases):
    """As `bert-base-uncased` and the MiniLM models have it, cut to 128 and filled up to 128."""
    tokenizer = train(cases, normalizers.BertNormalizer(), "##", 100, 1600)
    tokenizer.decoder = decoders.WordPiece()
    ids = {token: tokenizer.token_to_id(token) for token in SPECIAL}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[(t, ids[t]) for t in ["[CLS]", "[SEP]"]])
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    tokenizer.enable_truncation(128)
    tokenizer.enable_padding(length=128)
    return tokenizer


def wordpiece_cased(cases):
    """Case and accents kept, ideographs in runs, short words only, another prefix; cut and filled up at the left."""
    normalizer = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=None, lowercase=False)
    tokenizer = train(cases, normalizer, "@@", 10, 1200)
    tokenizer.decoder = decoders.WordPiece(prefix="@@", cleanup=False)
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL])
    tokenizer.add_tokens([
        AddedToken("<left>", lstrip=True, normalized=False), AddedToken("word", single_word=True, normalized=False),
        AddedToken("Café", normalized=True), AddedToken("<image>", normalized=True)])
    tokenizer.enable_truncation(24, direction="left")
    tokenizer.enable_padding(direction="left", pad_id=4, pad_token="[MASK]", pad_to_multiple_of=8)
    return tokenizer


def wordpiece_accents(cases):
    """Lower case with its accents, which are not said to be kept anywhere else."""
    normalizer = normalizers.BertNormalizer(strip_accents=False, lowercase=True)
    tokenizer = train(cases, normalizer, "##", 100, 1200)
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def cut(tokenizer, batch):
    padded = [row.ids for row in tokenizer.encode_batch(batch)] if tokenizer.padding else None
    tokenizer.no_padding()
    rows = []
    for text in CUT:
        for length in [2, 3, 5, 10, 64]:
            for direction in ["Left", "Right"]:
                tokenizer.enable_truncation(length, direction=direction.lower())
                rows.append([text, length, direction, tokenizer.encode(text).ids])
    return {"cut": rows, "batch": batch, "padded": padded}


def main():
    cases = json.loads((HERE / "texts.json").read_text(encoding="utf-8"))
    more = [text for text in MORE if text not in cases]
    write(HERE / "wordpiece_texts.json", more)
    for make in [wordpiece, wordpiece_cased, wordpiece_accents]:
        folder = HERE / make.__name__
        folder.mkdir(exist_ok=True)
        path = folder / "tokenizer.json"
        write(path, json.loads(make(cases + more).to_str()))
        tokenizer = Tokenizer.from_file(str(path))
        write(folder / "cut.json", cut(tokenizer, CUT))
        tokenizer.no_truncation()
        write(folder / "reference.json", reference(tokenizer, cases + more, 10_000 if make is wordpiece else 300))


if __name__ == "__main__":
    main()
