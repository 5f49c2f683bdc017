"""Holds the running server against its own description, with schemathesis: python description_test.py PROGRAM [EXAMPLES]

EXAMPLES is how many random requests each call gets, beside those that follow from the description alone.
"""

import json
import os
import pathlib
import sys
import tempfile
import urllib.request

import schemathesis
import schemathesis.cli
from schemathesis import GenerationMode

import server

# So many tokens hold a word, whatever the other options are.
TOKENS_OF_A_WORD = 4
# The demo checkpoint has words for it; of other pictures its caption may be empty, which is an error.
PICTURE = (server.SAMPLES / "harbour-evening.jpg").read_bytes()


def fetch(address):
    with urllib.request.urlopen(address, timeout=server.PATIENCE) as answer:
        return json.load(answer)


def import_songs(address):
    """Imports a list, and returns the number of the import."""
    request = urllib.request.Request(
        address + "/songs/import", data=b"title,artist\nDawn,Nobody\n", headers={"Content-Type": "text/csv"}
    )
    return fetch(request)["job"]["id"]


def mend(body, most):
    """What no schema can say of a form that should be answered: not every file is a picture, pictures come last, one word is too
    little for a caption where the end may come first, and prompt and caption share the model's room, of which a character may take four tokens, and captions are no more than
    beams."""
    lengthen(body)
    if "image" in body:
        body["image"] = PICTURE
    if "images" in body:
        body["images"] = [PICTURE] * min(len(body.pop("images")), 4)
    if "prompt" in body:
        body["prompt"] = body["prompt"][: most // 8]
    if max(body.get("max_new_tokens", 0), body.get("min_new_tokens", 0)) > most // 2:
        body.pop("prompt", None)
    if body.get("min_new_tokens", 0) > body.get("max_new_tokens", most):
        del body["min_new_tokens"]
    if body.get("num_return_sequences", 1) > body.get("num_beams", 1):
        del body["num_return_sequences"]
    only_the_model_can_tell(body)
    if ("valence" in body) != ("arousal" in body):
        body.pop("valence", None), body.pop("arousal", None)
    filters = body.get("filters", body)
    for name in ("year", "tempo"):
        if filters.get(f"{name}_min", 0) > filters.get(f"{name}_max", 9999):
            del filters[f"{name}_min"]


def only_the_model_can_tell(body):
    """Leaves out what depends on the model, or on other fields: its vocabulary, its picture's size, its lengths of captions, and how much of a length
    picture
    and prompt take."""
    for name in ("max_length", "min_length", "forced_bos_token_id", "forced_eos_token_id", "suppress_tokens",
                 "begin_suppress_tokens", "stop", "bad_words", "num_beam_groups", "diversity_penalty", "image_size", "detail"):
        body.pop(name, None)


def lengthen(body):
    """Leaves room for a word: a caption without one is an error, and no schema can tell of it."""
    for name in ("min_new_tokens", "max_new_tokens"):
        if name in body:
            body[name] = max(TOKENS_OF_A_WORD, body[name])
    if body.get("repetition_penalty", 1) < 1:
        del body["repetition_penalty"]


def seems_wrong(body):
    """Whether schemathesis takes a form for wrong that is not: what looks like an object is text, and thus a prompt; a
    list without items is nothing; and whatever comes as images is a picture with an error of its own."""
    images = body.get("images", [b""])
    return (
        not isinstance(body.get("prompt", ""), str)
        or [] in body.values()
        or not (isinstance(images, list) and all(map(is_file, images)))
    )


def may_be_wordless(body):
    """Whether a caption may end before its first word, which is an error that no schema can tell of."""
    return body.get("max_new_tokens", TOKENS_OF_A_WORD) in range(1, TOKENS_OF_A_WORD)


def is_file(value):
    return isinstance(value, bytes) or hasattr(value, "data")  # in which schemathesis holds bytes


def test(program, examples):
    with server.running(program) as address, tempfile.TemporaryDirectory() as folder:
        description = fetch(address + "/openapi.json")
        most = fetch(address + "/model/info")["model_info"]["limits"]["max_new_tokens"]
        # What the description leaves to the model.
        for name in ("min_new_tokens", "max_new_tokens"):
            description["components"]["schemas"][name]["maximum"] = most
        # Which imports there are, only the server knows.
        number = description["paths"]["/songs/import/{id}"]["get"]["parameters"][-1]
        number["schema"]["enum"] = [import_songs(address)]

        @schemathesis.hook
        def filter_case(context, case):
            return not (isinstance(case.body, dict) and (seems_wrong(case.body) or may_be_wordless(case.body)))

        @schemathesis.hook
        def map_case(context, case):
            if case.meta and case.meta.generation.mode == GenerationMode.POSITIVE and isinstance(case.body, dict):
                mend(case.body, most)
            return case

        # What schemathesis makes of the examples in the description passes by the hook above.
        @schemathesis.hook
        def before_call(context, case, kwargs):
            body = case.body
            if isinstance(body, dict) and (not case.meta or case.meta.generation.mode == GenerationMode.POSITIVE):
                only_the_model_can_tell(body)
            if isinstance(body, dict) and may_be_wordless(body) and body.get("min_new_tokens", 0) in range(most + 1):
                body["min_new_tokens"] = body["max_new_tokens"] = TOKENS_OF_A_WORD

        os.chdir(folder)
        pathlib.Path("openapi.json").write_text(json.dumps(description))
        described = {f"{method.upper()} {path}" for path, call in description["paths"].items() for method in call}
        absent = {call.split()[1] for call in described - server.calls(address)}
        command = [
            "run", "openapi.json", "--url", address, "--request-timeout", str(server.PATIENCE), "--max-response-time",
            str(server.PATIENCE), "--checks", "all", "--no-color", "--max-examples", examples, "--generation-deterministic",
        ]
        # Of a list of songs no schema says what is wrong: it is read in the background, row by row.
        for path in sorted(absent | {"/songs/import"}):
            command += ["--exclude-path", path]
        try:
            schemathesis.cli.schemathesis(command)
        except SystemExit as end:
            fetch(address + "/health")  # it still answers
            return end.code


if __name__ == "__main__":
    sys.exit(test(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "25"))
