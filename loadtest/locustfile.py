"""Mixed load for a running server, every answer checked: `make loadtest`, or by hand

    locust -f loadtest/locustfile.py --headless --users 16 --run-time 60s --host http://127.0.0.1:8000

An answer is right if it is a complete 200, or a refusal that the server promises under load: 503 or 429 as problem+json with
Retry-After. All else fails the run. Hosts beyond this machine need --any-host: a load test of a stranger's server is an
attack. LOADTEST_API_KEY is sent as X-API-Key where it is set.
"""

import hashlib
import ipaddress
import itertools
import json
import os
import pathlib
import random
import sys
import urllib.parse
import uuid

from locust import FastHttpUser, between, events, tag, task

SAMPLES = pathlib.Path(__file__).resolve().parent.parent / "Samples"
BOUNDARY = "image-to-song-loadtest"
REFUSALS = {429, 503}


class Picture:
    """A JPEG as a part of a form."""

    def __init__(self, name, data):
        self.name = name
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()

    @staticmethod
    def samples():
        return [Picture(path.name, path.read_bytes()) for path in sorted(SAMPLES.glob("*.jpg"))]

    def unique(self):
        """The same picture in other bytes, which no cache has seen: with a comment behind the JPEG's first marker."""
        comment = uuid.uuid4().hex.encode()
        segment = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        return Picture(self.name, self.data[:2] + segment + self.data[2:])

    def part(self, field):
        head = (
            f"--{BOUNDARY}\r\n"
            f'Content-Disposition: form-data; name="{field}"; filename="{self.name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        return head.encode() + self.data + b"\r\n"


def form(field, pictures):
    return b"".join(picture.part(field) for picture in pictures) + f"--{BOUNDARY}--\r\n".encode()


def require(condition, complaint):
    if not condition:
        raise AssertionError(complaint)


def check_caption(answer, picture):
    require(answer["success"] is True, "success is not true")
    require(answer["caption"].strip(), "the caption is empty")
    require(answer["image_info"]["hash"] == picture.sha256, "the hash is another picture's")


def check_batch(answer, pictures):
    results = answer["results"]
    require([result["index"] for result in results] == list(range(len(pictures))), "results are missing or out of order")
    for result in results:
        refusal = (result.get("error") or {}).get("status")
        require(result.get("caption") or refusal in REFUSALS, f"a picture has no caption, but the status {refusal}")
    require(answer["batch_info"]["total_images"] == len(pictures), "total_images is wrong")


def check_process(answer, picture):
    require(answer["original_image"]["hash"] == picture.sha256, "the hash is another picture's")
    require(answer["dominant_colors"], "there are no colours")
    require(answer["processed_image"]["file_size"] > 0, "the processed picture is empty")


def check_refusal(response):
    require(
        response.headers.get("Content-Type", "").startswith("application/problem+json"),
        f"{response.status_code} is not application/problem+json",
    )
    problem = json.loads(response.text)
    for field in ("title", "detail", "code", "request_id"):
        require(problem.get(field), f"{response.status_code} has no {field}")
    require(int(response.headers.get("Retry-After", 0)) >= 1, f"{response.status_code} has no Retry-After")


def problem_code(response):
    """" (not_found)", where the answer is a problem with such a code."""
    try:
        return f" ({json.loads(response.text)['code']})"
    except (KeyError, TypeError, ValueError):
        return ""


class Visitor(FastHttpUser):
    """Somebody with pictures: mostly new ones, now and then one that was sent before."""

    wait_time = between(0, 0.2)
    samples = Picture.samples()

    def on_start(self):
        key = os.environ.get("LOADTEST_API_KEY")
        self.headers = {"X-API-Key": key} if key else {}

    def send(self, name, path, pictures, check, field="image"):
        headers = self.headers | {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        self.exchange(
            "POST", name, path, lambda answer: check(answer, pictures), data=form(field, pictures), headers=headers
        )

    def exchange(self, method, name, path, check, **arguments):
        with self.client.request(method, path, name=name, catch_response=True, **arguments) as response:
            try:
                if response.status_code == 200:
                    check(json.loads(response.text))
                elif response.status_code in REFUSALS:
                    check_refusal(response)
                    # Refusals are quick: counted apart, they do not flatter the times of the answers.
                    response.request_meta["name"] = f"{name} refused with {response.status_code}"
                else:
                    require(False, f"unexpected status {response.status_code}{problem_code(response)}")
                response.success()
            except (AssertionError, KeyError, TypeError, ValueError) as error:
                response.failure(f"{type(error).__name__}: {error}")

    @tag("caption")
    @task(12)
    def caption_new(self):
        picture = random.choice(self.samples).unique()
        self.send("caption, new picture", "/caption/generate", [picture], lambda a, p: check_caption(a, p[0]))

    @tag("caption")
    @task(4)
    def caption_again(self):
        picture = random.choice(self.samples)
        self.send("caption, known picture", "/caption/generate", [picture], lambda a, p: check_caption(a, p[0]))

    @tag("batch")
    @task(2)
    def batch(self):
        pictures = [random.choice(self.samples).unique() for _ in range(random.randint(2, 4))]
        self.send("batch of 2 to 4", "/caption/batch", pictures, check_batch, field="images")

    @tag("process")
    @task(2)
    def process(self):
        picture = random.choice(self.samples).unique()
        self.send("process", "/image/process", [picture], lambda a, p: check_process(a, p[0]))

    @tag("health")
    @task(2)
    def health(self):
        self.exchange("GET", "health", "/health", lambda answer: require(answer["model_loaded"], "no model"))


@events.init_command_line_parser.add_listener
def add_arguments(parser):
    parser.add_argument("--any-host", action="store_true", help="Allow a host that is not this machine.")


@events.test_start.add_listener
def refuse_strangers(environment, **_):
    name = urllib.parse.urlsplit(environment.host or "").hostname or ""
    try:
        is_here = ipaddress.ip_address(name).is_loopback
    except ValueError:
        is_here = name == "localhost"
    if not is_here and not environment.parsed_options.any_host:
        print(f"loadtest: {environment.host} is not this machine; say --any-host if it is yours to load.", file=sys.stderr)
        environment.process_exit_code = 2
        os._exit(2)
    if not Visitor.samples:
        print(f"loadtest: there are no pictures in {SAMPLES}.", file=sys.stderr)
        os._exit(2)


@events.quitting.add_listener
def sum_up(environment, **_):
    """One line of a table for each kind of request, ready for docs/performance.md, and the verdict."""
    entries = sorted(environment.stats.entries.values(), key=lambda entry: entry.name)
    print("\n| request | answers | per second | median | 95th percentile | longest | failures |")
    print("|---|---|---|---|---|---|---|")
    for entry in itertools.chain(entries, [environment.stats.total]):
        median, tail = (entry.get_response_time_percentile(share) or 0 for share in (0.5, 0.95))
        print(
            f"| {entry.name} | {entry.num_requests} | {entry.total_rps:.1f} | {median:.0f} ms | {tail:.0f} ms "
            f"| {entry.max_response_time:.0f} ms | {entry.num_failures} |"
        )
    answered = sum(entry.num_requests - entry.num_failures for entry in entries if "refused" not in entry.name)
    if environment.stats.total.num_failures or not answered:
        print("loadtest: failed; see the failures above.", file=sys.stderr)
        environment.process_exit_code = 1
    else:
        # Locust counts any failure as one of its own; a refusal that keeps the promise is none.
        environment.process_exit_code = 0
