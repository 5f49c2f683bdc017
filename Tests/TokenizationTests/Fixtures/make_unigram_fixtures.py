"""Makes the Unigram tokenizers of this folder and what the `tokenizers` package says about them.

    python make_unigram_fixtures.py          (tokenizers 0.23, sentencepiece 0.2, protobuf)

Reads `texts.json` and writes, for each tokenizer, a folder with `tokenizer.json` and `reference.json` as
`make_fixtures.py` describes it; equal versions of the packages give equal files.
"""

import base64
import io
import json
import random

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from make_fixtures import HERE, TRAINING_TEXT, write

END = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
MORE = [
    "▁", "▁▁", "a▁b", "▁a", "<extra_id_0>", "a <extra_id_0> b", "<extra_id_0><extra_id_9>", "<extra_id_10>", "<pad>a", "</s>",
    "<unk>", "a<unk>b", " <unk> ", "x\u0301\u0302", "ﬀ½①", "ｱﾞ", "\u1100\u1161\u11a8", "a\u200bb", "\u00ad", "\x01a", "a\x01",
    "\r\na", "e\u0301\r\n", "<0x41>", "<0x0A>", "a<0xE2>", "한국", "a" * 300 + "é" * 50, "漢字" * 60, "Ⅷ㍿", "ǆ", "  \u3000 a", "ﷺ",
]


def train(**more):
    """A SentencePiece model as T5's: <pad>, </s>, <unk>, then pieces; rare characters are unknown."""
    stream = io.BytesIO()
    options = dict(vocab_size=600, character_coverage=0.985, hard_vocab_limit=False, minloglevel=2, num_threads=1)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TRAINING_TEXT.splitlines()), model_writer=stream, model_type="unigram",
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, **{**options, **more})
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(stream.getvalue())
    return model


def unigram(model, extra=10, byte_fallback=False):
    pieces = [(piece.piece, round(piece.score, 6)) for piece in model.pieces]
    pieces += [(f"<extra_id_{i}>", 0.0) for i in reversed(range(extra))]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=byte_fallback))
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ["<pad>", "</s>", "<unk>"]])
    tokenizer.add_special_tokens([f"<extra_id_{i}>" for i in range(extra)])
    return tokenizer


def charsmap(model):
    return normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap)


def t5():
    """As the published T5 checkpoints have it: nmt_nfkc, cut at white space, a space in front of every word."""
    model = train(normalization_rule_name="nmt_nfkc")
    tokenizer = unigram(model)
    tokenizer.normalizer = charsmap(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = END
    description = json.loads(tokenizer.to_str())
    for part in [description["pre_tokenizer"]["pretokenizers"][1], description["decoder"]]:
        del part["prepend_scheme"], part["split"]
        part["add_prefix_space"] = True  # the older spelling, which the published files have
    return description


def t5_converted(rules):
    """As a SentencePiece model is converted today: stripped, runs of spaces replaced; a small map of its own."""
    model = train(normalization_rule_tsv=str(rules), vocab_size=300, character_coverage=0.98)
    tokenizer = unigram(model, extra=2)
    tokenizer.normalizer = normalizers.Sequence([
        charsmap(model), normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = END
    return json.loads(tokenizer.to_str())


def unigram_bytes():
    """Unknown characters as bytes; spaces by the normaliser; nothing cuts the text; a decoder in many steps."""
    model = train(normalization_rule_name="identity", byte_fallback=True, vocab_size=700, character_coverage=0.98)
    tokenizer = unigram(model, byte_fallback=True)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return json.loads(tokenizer.to_str())


def unigram_first():
    """A space in front of the first word only, pieces that hold several words, added tokens in normalised text."""
    model = train(normalization_rule_name="identity", split_by_whitespace=False, vocab_size=400)
    tokenizer = unigram(model, extra=1)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Strip(left=True, right=False), normalizers.NFKC()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first", split=False)
    tokenizer.add_tokens([
        AddedToken("<left>", lstrip=True, normalized=False), AddedToken("word", single_word=True, normalized=False),
        AddedToken("Café", normalized=True), AddedToken("ﬁ", normalized=True), AddedToken("<image>", normalized=True)])
    return json.loads(tokenizer.to_str())


def unigram_never():
    """No space in front, every space begins a piece; read back as it is."""
    model = train(normalization_rule_name="nfkc_cf", add_dummy_prefix=False, vocab_size=350)
    tokenizer = unigram(model, extra=1)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKD(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="never")
    tokenizer.post_processor = END
    return json.loads(tokenizer.to_str())


def reference(tokenizer, cases, longest):
    rows = []
    for text in cases:
        if len(text) > longest:
            rows.append(None)
            continue
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        whole = tokenizer.encode(text, add_special_tokens=True).ids
        assert whole[: len(ids)] == ids
        decoded = [tokenizer.decode(whole, skip_special_tokens=skip) for skip in (True, False)]
        rows.append([ids, [], whole[len(ids) :], [None if d == text else d for d in decoded]])
    dice, odd = random.Random(11), []
    size = tokenizer.get_vocab_size(with_added_tokens=True)
    bytes_ = [i for i in (tokenizer.token_to_id(f"<0x{b:02X}>") for b in range(256)) if i is not None]
    for number in range(80):
        ids = [dice.choice(bytes_) if bytes_ and dice.random() < 0.7 else dice.randrange(size) for _ in range(dice.randint(1, 8))]
        if number % 5 == 0:
            ids.insert(dice.randint(0, len(ids)), 1_000_000)
        odd.append([ids, tokenizer.decode(ids, skip_special_tokens=True)])
    return {"cases": rows, "decoding": odd, "size": size}


def main():
    cases = json.loads((HERE / "texts.json").read_text(encoding="utf-8"))
    more = [text for text in MORE if text not in cases]
    write(HERE / "unigram_texts.json", more)
    rules = HERE / "rules.tsv"
    rules.write_text("".join(
        " ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n"
        for source, target in [("É", "e"), ("e\u0301", "é"), ("\t", " "), ("\n", " "), ("½", "1/2"), ("\u200b", ""), ("“", '"'), ("”", '"'), ("’", "'"), ("🙂", ":)")]))
    for make in [t5, t5_converted, unigram_bytes, unigram_first, unigram_never]:
        folder = HERE / make.__name__
        folder.mkdir(exist_ok=True)
        write(folder / "tokenizer.json", make(rules) if make is t5_converted else make())
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        write(folder / "reference.json", reference(tokenizer, cases + more, 10_000 if make is t5 else 300))
    rules.unlink()


if __name__ == "__main__":
    main()
