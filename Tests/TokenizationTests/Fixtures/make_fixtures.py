"""Makes the tokenizers of this folder and what the `tokenizers` package says about them.

    python make_fixtures.py          (tokenizers 0.23, transformers 5)

Writes `texts.json` (the texts), and for each tokenizer a folder with its files and `reference.json`: an object of
  cases     for each text (outside opt_like only for those of at most 200 characters, else null) [ids, ids before, ids after, text or null]: the ids of the text alone, the special tokens that
            stand around it when they are asked for, and what all of these decode to without special tokens and
            with them ([null, null] where that is the text itself)
  decoding  [ids, text] pairs of ids that are no text: broken UTF-8, ids of no token
  size      the number of tokens, the added ones included
"""

import json
import pathlib
import random
import unicodedata

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import GPT2Tokenizer

HERE = pathlib.Path(__file__).parent
GPT2_PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""

TRAINING_TEXT = """
A dog is running along the beach at sunset. Two people are walking on the wet sand, and a small boat is on the water.
A city street at night in the rain, with neon signs and red umbrellas; cars don't stop, they've got their lights on.
A campfire in the forest under a starry sky. Snow lies on the mountains behind the lake, and fog is in the valley.
There's a cat on a wooden table next to a bowl of fruit: 3 apples, 12 plums, 240 grapes and 1 lemon (it's yellow!).
A man riding a wave on top of a surfboard. A woman is holding a phone. We'll see what they're doing; I'm sure you'd know.
An empty road leads through a desert towards the horizon... The sky is blue, then orange, then almost black.
Fireworks over the harbour at midnight, reflected in the sea. A train arrives at the station in 2024, 15 minutes late.
Ein Hund läuft über die grüne Wiese. Die Straße ist naß, und die Bäume blühen. Größere Häuser stehen am Fluß.
Un café au lait près de la fenêtre, s'il vous plaît. L'été, les élèves français préfèrent la plage à la forêt.
El niño corrió hacia el árbol. ¿Dónde está la mañana? ¡Qué día más bonito!
Собака бежит по пляжу на закате. Небо синее, и море спокойное. Город ночью под дождём.
Ο σκύλος τρέχει στην παραλία το ηλιοβασίλεμα. Η θάλασσα είναι ήρεμη.
一只狗在海滩上奔跑。天空是蓝色的，山上有雪。夜晚的城市下着雨。 犬が海辺を走っています。空は青いです。 개가 해변을 달리고 있습니다.
الكلب يجري على الشاطئ عند الغروب. הכלב רץ על החוף בשקיעה. สุนัขวิ่งอยู่บนชายหาดตอนพระอาทิตย์ตก कुत्ता समुद्र तट पर दौड़ रहा है।
def f(x):\n    if x > 0:\n        return x * 2\n\tprint("tabs\tand    spaces")\n\n\n
🙂 🎉 🌊 ❤️ 👍🏽 👨‍👩‍👧 the end.
""" * 4


def texts():
    """At least 300 different texts, most of them odd."""
    whole = [
        "", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "\n a", "a", "A", "0", "'", "!", "a ", " a", "  a", "a  ", "a  b",
        "a photo of", "a dog is running along the beach", "A man riding a wave on top of a surfboard.\n",
        "Question: what is in the picture? Answer:", "two cats sleeping on a couch", "  leading and trailing  ",
        "tabs\tand\t\ttabs", "a\n\nb", "a \n b", "a\n \nb", " \t\n mixed \r\n\r\n space \x0b\x0c ", "a" + " " * 40 + "b",
        " " * 100, "\n" * 50, "\t" * 33, " \n" * 20, "word " * 30, "x\u00a0y", "\u00a0x", "x \u00a0 y", "\u3000", "全\u3000角",
        "a\u2003b\u2009c\u200ad", "line\u2028separator\u2029paragraph", "next\u0085line", "ogham\u1680space", "zero\u200bwidth",
        "\ufeffbyte order mark", "soft\u00adhyphen", "non\u2060joiner", "a\u180eb", "narrow\u202fspace", "a\u205fb",
        "don't", "DON'T", "Don’t", "they're", "THEY'RE", "they’re", "we've", "I'm", "you'll", "he'd", "it's", "'s", "'S", " 's",
        "'tis", "'twas", "rock 'n' roll", "''s", "s's's", "'re've'll", "'r", "'v", "'l", "'re", "' s", "x'", "x' y", "o'clock",
        "''''", "it's've", "'d'm't", "1's", "!'s", "'ll'", "d'llama",
        "0123456789", "3.14159", "1,000,000", "1e-10", "x2y3", "²³¹", "½ ¼ ¾", "Ⅷ Ⅻ ⅷ", "٠١٢٣٤٥٦٧٨٩", "०१२३", "๑๒๓", "一二三", "①②③",
        "𝟘𝟙𝟚", "१a१", " 12 34", "12ab34", "५ apples", "㊿", "〇", "𒐀𒐁",
        "!@#$%^&*()_+-=[]{}|;:\",./<>?`~", "...", " ...", "a...b", "—–-", "“quoted”", "‘single’", "«guillemets»", "¿¡", "§¶†‡", "€£¥₹",
        "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋", "∑∏∫√∞≠≤≥", "→←↑↓⇒", "■□▲△", "http://example.org/a?b=c&d=e#f", "mail@example.org", "C:\\path\\file",
        "<tag attr=\"v\">text</tag>", "a_b_c", "__init__", "x**2", "--flag=value", "{\"key\": [1, 2, null]}", "$x^2$ \\frac{a}{b}",
        "é", "e\u0301", "\u0301", " \u0301", "a\u0301\u0302\u0303", "n\u0303ino", "Å Å A\u030a", "ﬁ ﬂ ﬀ", "ǅ ǈ", "ß ẞ SS", "İı Iİ", "ΑΣ ας",
        "Zalgo: Z\u0351\u036b\u0343a\u0363\u0348l\u0364\u034dg\u036c\u0329o\u0352\u032f", "q\u0307\u0323", "q\u0323\u0307", "가 \u1100\u1161 각 \u1100\u1161\u11a8",
        "naïve façade coöperate", "Ťřeboň žluťoučký kůň", "Đặng Thị Ngọc", "ŁÓDŹ", "Þórr", "ŉ", "ſ", "ª º", "µ μ Ω Ω K K",
        "🙂", "🙂🙂", " 🙂", "a🙂b", "👍🏽", "👍🏻👍🏿", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇩🇪🇫🇷", "🇩", "1️⃣#️⃣", "❤️ ❤", "🧑‍🤝‍🧑", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🫠🫶🏾", "🀄🃏",
        "so happy 🎉🎉🎉!!!", "🌊🏄‍♀️ surf's up", "©®™", "☺︎☺️", "\U0001fae9", "\ufe0f", "\u200d", "🏽",
        "一只狗在海滩上奔跑。", "夜晚的城市，下着雨！", "犬が海辺を走っています。", "カタカナ ﾊﾝｶｸ ひらがな", "개가 해변을 달리고 있습니다", "ㄱㄴㄷ", "漢字kanji混ざりtext",
        "㍿㌔", "「括弧」『二重』", "々〆〤", "ａｂｃ１２３！", "𠀀𠮷𪚥", "\U00031350", "\U0002ebf0", "﨑 﨑", "⼀一", "ヴヵヶ ゛゜", "한국어 띄어쓰기",
        "الكلب يجري على الشاطئ", "السَّلَامُ عَلَيْكُمْ", "ﷺ ﷽", "العربية 123 ١٢٣", "ـــ", "\u202bRTL\u202c", "\u061c\u200f\u200e", "שָׁלוֹם עולם", "״גרש״", "یونیکد",
        "สุนัขวิ่งอยู่บนชายหาด", "น้ำ ทำ", "ภาษาไทย ๑๒๓", "ກຂຄ", "ខ្មែរ", "မြန်မာ", "कुत्ता समुद्र", "क्षत्रिय ज्ञ", "தமிழ்", "తెలుగు", "বাংলা", "ਪੰਜਾਬੀ", "සිංහල",
        "བོད་སྐད་", "ქართული", "Հայերեն", "አማርኛ", "ᏣᎳᎩ", "ᚠᚢᚦ", "𐌰𐌱𐌲", "𓀀𓂀", "𝒜𝓑𝕮𝖉", "ᠮᠣᠩᠭᠣᠯ", "Ελληνικά πολυτονικό ᾧ", "Русский язык", "Ѐ ё й", "ꙮ",
        "\x00", "a\x00b", "\x01\x02\x03", "\x07\x08", "\x1b[31mred\x1b[0m", "\x7f", "\x80\x81\x9f", " \x00 ", "\x00\x00\x00", "\x1c\x1d\x1e\x1f", "\x0b", "\x0c", "\x0e",
        "\ud7ff", "\ue000", "\uf8ff", "\ufffd", "\ufffe", "\uffff", "\ufdd0", "\U00010000", "\U0001ffff", "\U000e0001", "\U000f0000", "\U0010ffff", "\u0378", "\u0870",
        "\u1c89 \ua7cb", "\U00010d40", "\u088f", "\ua7ce", "\U000323b0", "a\u1c89b", "a\u088fb",
        "Ġ", "ĠĠthe", "Ċ", "the Ġdog", "âĢĻ", "Ã©", "ÿ", "ŀŁł", "Ń",
        "<s>", "</s>", "<pad>", "<unk>", "a</s>b", " </s> ", "</s></s>", "a </s>  b", "<s>hello</s>", "</ s>", "</S>", "<<s>>", "<pad><pad>x<pad>",
        "<image>", "<image><image>a photo of", "what is <image> this", " <image>", "<image> ", "a  <image>  b", "\n<image>\n", "<image", "image>",
        "<left>", "a   <left>   b", "<right>", "a   <right>   b", "\t<left>\n", "<both>", "a \u00a0 <both> \u3000 b", "<both><both>", "<both>  <both>", "  <left>  <right>  ",
        "<right> <left>", "<right>   <left>", "<right>  </s>", "word", "a word here", "awordb", "a word, word", "word1", "word_", "_word", "wordword", "word word", "éword", "word\u0301", "word\u088f",
        "中word中", "word\u200d", "(word)", "word's", "wordy", "swordfish", "\u200cword", "tok", "token", "tokens", "tokenize", "to tok token tokens", "tokentok", "tokeny",
        "Café", "Cafe\u0301", "CAFÉ", "café noir", "a b c", "xa b cx", "a b", "a b cd", "unmergeable", "so unmergeable", "Éclair", "éclair", "E\u0301clair", "ÉCLAIR", "é!", "ñ",
        "a" * 500, "ab" * 300, "the" * 200, "é" * 200, "漢" * 150, "🙂" * 60, "'" * 60, "1" * 200, "!" * 200, "e" + "\u0301" * 100, "\u00a0" * 60,
    ]
    seed = random.Random(7)
    letters = "".join(seed.choice("etaoinshrdlucmfwygpbvkqxjz") for _ in range(10_000))
    whole += [letters, TRAINING_TEXT[:2000], TRAINING_TEXT[-600:]]
    alphabets = ["ab 'st", " \t\n\u00a0a", "é e\u0301'", "<s>/ ", "0a!  ", "🙂👍🏽\u200d a", "中a1 ，", "אa1 ـ", "aA'sS't ", "\x00\x01 a\n"]
    for index in range(60):
        alphabet = alphabets[index % len(alphabets)]
        whole.append("".join(seed.choice(alphabet) for _ in range(seed.randint(3, 40))))
    unique = list(dict.fromkeys(whole))
    assert len(unique) >= 300, len(unique)
    return unique


def train(size, special):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(TRAINING_TEXT.splitlines(keepends=True), trainer)
    return tokenizer


def with_merges_as_strings(description):
    description["model"]["merges"] = [" ".join(pair) for pair in description["model"]["merges"]]
    return description


def opt_like():
    """As `Salesforce/blip2-opt-2.7b` has it: `</s>` in front, `<image>` behind the vocabulary."""
    tokenizer = train(900, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("</s>", normalized=True, special=True)])
    tokenizer.add_tokens([AddedToken("<image>", normalized=False, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="</s> $A", pair="</s> $A </s> $B", special_tokens=[("</s>", 2)])
    return json.loads(tokenizer.to_str())


def prefix_space():
    """RoBERTa's processor, a space put in front, merges in the older syntax, some fields left out."""
    tokenizer = train(500, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    description = with_merges_as_strings(json.loads(tokenizer.to_str()))
    for key in ["type", "ignore_merges", "byte_fallback", "dropout"]:
        del description["model"][key]
    return description


def added_tokens():
    """Added tokens with every flag, some of them normalised, some beginning like others."""
    tokenizer = train(400, ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.add_tokens([
        AddedToken("<left>", lstrip=True, normalized=False, special=True),
        AddedToken("<right>", rstrip=True, normalized=False, special=True),
        AddedToken("<both>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("word", single_word=True, normalized=False),
        AddedToken("tok", normalized=False), AddedToken("token", normalized=False), AddedToken("tokenize", normalized=False),
        AddedToken("Café", normalized=True), AddedToken("a b c", normalized=True), AddedToken("é!", normalized=True),
        AddedToken("ÉCLAIR", normalized=True, special=True), AddedToken("ñ", normalized=False), AddedToken("<image>", normalized=True),
    ])
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(),
        processors.TemplateProcessing(single="<s> $A </s> </s>", special_tokens=[("<s>", 0), ("</s>", 2)]),
    ])
    return json.loads(tokenizer.to_str())


def split_first():
    """Cut by the pattern in a step of its own, so that every word gets a space; decomposed, whole words preferred."""
    tokenizer = train(400, [])
    from tokenizers import Regex

    tokenizer.normalizer = normalizers.NFKD()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(GPT2_PATTERN), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=True),
    ])
    tokenizer.decoder = decoders.Sequence([decoders.ByteLevel()])
    tokenizer.post_processor = processors.ByteLevel()
    description = json.loads(tokenizer.to_str())
    description["model"]["ignore_merges"] = True
    description["model"]["vocab"]["Ġunmergeable"] = len(description["model"]["vocab"])
    description["model"]["vocab"]["don"] = len(description["model"]["vocab"])
    return description


def unknown_bytes(fuse):
    """A vocabulary that lacks bytes, with gaps between its ids, no cutting into words."""
    tokenizer = train(330, ["<unk>"])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    description = json.loads(tokenizer.to_str())
    model = description["model"]
    kept = {t: i for t, i in model["vocab"].items() if len(t) > 1 or unicodedata.category(t) in ("Ll", "Lu", "Po")}
    model["vocab"] = kept
    model["merges"] = [(a, b) for a, b in model["merges"] if a in kept and b in kept and a + b in kept]
    model["unk_token"] = "<unk>" if fuse else None
    model["fuse_unk"] = fuse
    return description


def older_files(folder):
    """vocab.json and merges.txt, with the three files beside them; read by transformers."""
    tokenizer = train(400, ["<s>", "<pad>", "</s>", "<unk>"])
    folder.mkdir(exist_ok=True)
    model = json.loads(tokenizer.to_str())["model"]
    write(folder / "vocab.json", model["vocab"])
    lines = ["#version: 0.2"] + [" ".join(pair) for pair in model["merges"]]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    end = {"content": "</s>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    names = {"bos_token": end, "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}
    write(folder / "special_tokens_map.json", names)
    write(folder / "added_tokens.json", {"<image>": len(model["vocab"])})
    write(folder / "tokenizer_config.json", {"add_bos_token": True, "add_prefix_space": False, "bos_token": "<s>", "tokenizer_class": "GPT2Tokenizer"})
    return GPT2Tokenizer.from_pretrained(folder)._tokenizer


def newer_config(folder):
    """The same model with everything in tokenizer_config.json, a space in front, `</s>` behind."""
    older_files(folder)
    for name in ["special_tokens_map.json", "added_tokens.json"]:
        (folder / name).unlink()
    flags = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    tokens = {"400": {"content": "<image>", **flags, "rstrip": True}, "2": {"content": "</s>", **flags, "lstrip": True}, "401": {"content": "<left>", **flags, "special": False}}
    write(folder / "tokenizer_config.json", {
        "add_prefix_space": True, "add_eos_token": True, "eos_token": "</s>", "unk_token": "<unk>", "added_tokens_decoder": tokens,
        "model_max_length": 512,
    })
    return GPT2Tokenizer.from_pretrained(folder)._tokenizer


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def reference(tokenizer, cases, longest=200):
    rows = []
    for text in cases:
        if len(text) > longest:
            rows.append(None)
            continue
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        whole = tokenizer.encode(text, add_special_tokens=True).ids
        start = next(i for i in range(len(whole) + 1) if whole[i : i + len(ids)] == ids)
        decoded = [tokenizer.decode(whole, skip_special_tokens=skip) for skip in (True, False)]
        rows.append([ids, whole[:start], whole[start + len(ids) :], [None if d == text else d for d in decoded]])
    seed = random.Random(11)
    byte_ids = [i for i in (tokenizer.token_to_id(c) for c in pre_tokenizers.ByteLevel.alphabet()) if i is not None]
    odd = []
    for _ in range(60):
        ids = [seed.choice(sorted(byte_ids)) for _ in range(seed.randint(1, 8))]
        if seed.random() < 0.2:
            ids.insert(seed.randint(0, len(ids)), 1_000_000)
        odd.append([ids, tokenizer.decode(ids, skip_special_tokens=True)])
    return {"cases": rows, "decoding": odd, "size": tokenizer.get_vocab_size(with_added_tokens=True)}


def main():
    cases = texts()
    write(HERE / "texts.json", cases)
    for make in [opt_like, prefix_space, added_tokens, split_first, unknown_bytes]:
        variants = [(make.__name__, ())] if make is not unknown_bytes else [("unknown_fused", (True,)), ("unknown_dropped", (False,))]
        for name, arguments in variants:
            folder = HERE / name
            folder.mkdir(exist_ok=True)
            description = make(*arguments)
            write(folder / "tokenizer.json", description)
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            longest = 10_000 if make is opt_like else 200
            write(folder / "reference.json", reference(tokenizer, cases, longest))
    for make in [older_files, newer_config]:
        folder = HERE / make.__name__
        write(folder / "reference.json", reference(make(folder), cases))
    print(len(cases), "texts,", sum(p.stat().st_size for p in HERE.rglob("*.json")) // 1000, "kB")


if __name__ == "__main__":
    main()
