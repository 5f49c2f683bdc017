"""The page in a real browser: python page_test.py PROGRAM [--screenshot FILE]"""

import csv
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import unittest

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import server
from browser import Browser
from stand_in import StandIn, event, problem

HARBOUR, STORM, CAMPFIRE = (server.SAMPLES / f"{name}.jpg" for name in ("harbour-evening", "storm-at-sea", "campfire-night"))
TEXT = server.REPOSITORY / "README.md"
CAPTION = ("POST", "/caption/stream")
STREAM = {"Content-Type": "text/event-stream"}


class PageTest(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        cls.real = cls.enterClassContext(server.running(cls.program, CAPTION_CACHE_TTL="0"))
        cls.calls = server.calls(cls.real)
        cls.downloads = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.browser = Browser(cls.downloads)
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        # A port of its own gives each test storage of its own, so that all can share one browser.
        self.stand_in = StandIn(self.real)
        self.addCleanup(self.stand_in.close)
        self.browser.resize(1280, 900)
        self.browser.prefer(dark=False)
        self.browser.forget()
        self.browser.open(self.stand_in.address)

    def test_captions_pictures(self):
        browser = self.browser
        browser.add(HARBOUR, STORM, CAMPFIRE)
        captions = browser.wait_for_captions(3)
        for caption, word in zip(captions, ("harbour", "storm", "campfire")):
            self.assertIn(word, caption)
        self.assertEqual([image.get_attribute("alt") for image in browser.all(".card img")], captions)
        self.assertEqual(browser.one("#tally").text, "3 of 3 pictures captioned")
        self.assertIn("720 × 480 · JPEG", browser.one(".facts").text)
        self.assertIn("Captioned in", browser.one(".times summary").text)
        self.assertIn("Demo model", browser.one("#model-text").text)
        self.assertIn("drawn scenes only", browser.one("#note-first").text)
        # The captions may come in any order; the last one is what was announced last.
        browser.wait(lambda: any(caption in browser.one("#announcer").get_attribute("textContent") for caption in captions),
                     "the announcement")
        self.expect_palette()
        here = (self.stand_in.address + "/", "blob:" + self.stand_in.address, "data:")
        self.assertEqual([url for url in browser.addresses() if not url.startswith(here)], [])
        self.assertEqual(browser.complaints(), [])

    def expect_palette(self):
        browser = self.browser
        browser.wait(lambda: len(browser.all(".palette:not([hidden])")) == 3, "the palettes")
        swatches = browser.all(".card:first-child .palette li")
        self.assertGreaterEqual(len(swatches), 2)
        for swatch in swatches:
            self.assertRegex(swatch.text, r"^[a-z].*\s#[0-9a-f]{6}$")
        self.assertEqual(len(browser.all(".card:first-child .strip span")), len(swatches))

    def test_takes_many_pictures_a_few_at_a_time(self):
        self.browser.add(*sorted(server.SAMPLES.glob("*.jpg")))
        self.browser.wait_for_captions(10)
        self.assertIn(self.stand_in.most_at_once, (2, 3))

    def test_shows_words_as_they_come(self):
        browser = self.browser
        go_on = threading.Event()
        self.addCleanup(go_on.set)

        def pieces():
            yield b": waiting\n\n" + event("token", {"text": "a „quiet"}) + event("token", {"text": "“ har"})
            go_on.wait(server.PATIENCE)
            yield event("token", {"text": "bour"}) + event("caption", {"caption": "a „quiet“ harbour", "image_info": {
                "size": [720, 480], "format": "JPEG"}, "processing_time": {}, "captions": ["a „quiet“ harbour", "a ship"]})

        self.stand_in.answers[CAPTION].append((200, STREAM, pieces()))
        browser.add(HARBOUR)
        caption = browser.one(".card .caption")
        browser.wait(lambda: caption.text == "a „quiet“ har", "the first words")
        card = browser.one(".card")
        self.assertEqual((card.get_attribute("data-state"), card.get_attribute("aria-busy")), ("writing", "true"))
        go_on.set()
        self.assertEqual(browser.wait_for_captions(1), ["a „quiet“ harbour"])
        self.assertEqual(card.get_attribute("aria-busy"), "false")
        self.assertEqual([item.text for item in browser.all(".others li")], ["a ship"])

    def test_says_what_went_wrong_among_the_words(self):
        error = {"status": 504, "code": "timed_out", "detail": "The answer took longer than 30.0 seconds."}
        self.stand_in.answers[CAPTION].append((200, STREAM, event("token", {"text": "a"}) + event("error", error)))
        self.stand_in.answers[CAPTION].append((200, STREAM, event("token", {"text": "a boat in"})))
        browser = self.browser
        browser.add(HARBOUR)
        browser.wait(lambda: "longer than 30.0" in browser.one(".card .problem").text, "the error")
        self.assertFalse(browser.one(".card .caption").is_displayed())
        browser.one(".retry").click()
        browser.wait(lambda: "cannot be reached" in browser.one(".card .problem").text, "the end of a cut stream")
        browser.one(".retry").click()
        self.assertIn("harbour", browser.wait_for_captions(1)[0])

    def test_asks_what_one_wants_to_know(self):
        browser = self.browser
        self.assertFalse(browser.one("#again").is_displayed())
        self.assertFalse(browser.one("[name=num_beams]").is_displayed())
        browser.one("#prompt").send_keys("a photo of")
        browser.add(HARBOUR)
        self.assertEqual(browser.wait_for_captions(1), [
            "a photo of a small harbour with a sailboat and a rowboat on a cloudless evening"])
        browser.one(".options summary").click()
        browser.one("[name=max_new_tokens]").send_keys("3")
        browser.one("#prompt").clear()
        browser.one("#prompt").send_keys("Question: what is it? Answer:", Keys.ENTER)
        browser.wait(lambda: self.stand_in.bodies and b"Answer:" in b"".join(self.stand_in.bodies), "the question")
        caption = browser.wait_for_captions(1)[0]
        self.assertFalse(caption.startswith(("a photo", "Question")))
        browser.one("[name=num_beams]").send_keys("99")
        before = len(self.stand_in.requests)
        browser.one("#again").click()
        self.assertEqual(browser.run("return document.activeElement.name"), "num_beams")
        self.assertEqual(len(self.stand_in.requests), before)
        browser.one("#reset-options").click()
        self.assertEqual(browser.one("#prompt").get_attribute("value"), "")
        browser.one("#again").click()
        browser.wait(lambda: browser.wait_for_captions(1) == [
            "a quiet harbour with a sailboat and a rowboat on a cloudless evening"], "the plain caption")
        self.assertEqual(len(browser.all(".card .strip span")), len(browser.all(".card .palette li")))

    def songs(self):
        """The titles of the songs of the first picture, once they are there."""
        return self.browser.wait(lambda: self.browser.texts(".card:first-child .song-title cite"), "songs")

    def test_finds_songs_and_moves_the_mood(self):
        browser = self.browser
        browser.add(HARBOUR)
        browser.wait_for_captions(1)
        first = self.songs()
        self.assertEqual(browser.one(".mood-label").text, "calm")
        self.assertIn("the caption: quiet", browser.one(".because").text)
        self.assertIn("colours", browser.one(".because").text)
        self.assertTrue(all(reason.endswith(".") for reason in browser.texts(".song-reason")))
        self.assertEqual(browser.texts(".song:first-child .song-links a"), ["Spotify", "Apple Music", "YouTube Music", "MusicBrainz"])
        self.assertFalse(browser.one(".as-is").is_displayed())
        for _ in range(3):
            before = browser.texts(".mood-numbers")
            next(button for button in browser.all(".moves button") if button.text == "more energy").click()
            browser.wait(lambda: browser.texts(".mood-numbers") != before, "the mood to move")
        browser.wait(lambda: self.songs() != first, "other songs")
        browser.one(".as-is").click()
        browser.wait(lambda: self.songs() == first, "the picture's own mood")
        last = browser.all(".like")[-1].get_attribute("aria-label")
        browser.all(".like")[-1].click()
        browser.wait(lambda: browser.run("return document.querySelector('.like[aria-pressed=true]')?.ariaLabel") == last,
                     "the song that is liked")
        browser.one(".like[aria-pressed=true]").click()
        browser.wait(lambda: not browser.all(".like[aria-pressed=true]") and self.songs() == first, "the first songs")
        browser.one(".exclude").click()
        browser.wait(lambda: first[0] not in self.songs(), "the song to go")
        self.assertEqual(browser.complaints(), [])

    def test_hands_out_playlists(self):
        browser = self.browser
        browser.add(HARBOUR)
        browser.wait_for_captions(1)
        titles = self.songs()
        for name in ("m3u8", "csv", "jspf"):
            browser.one(f"[data-format={name}]").click()
        files = [self.downloads / f"harbour-evening.{name}" for name in ("m3u8", "csv", "jspf")]
        browser.wait(lambda: all(file.exists() for file in files), "the playlists")
        for file in files:
            self.assertIn(titles[0].split(",")[0], file.read_text())
        button = browser.one(".copy-list")
        button.click()
        browser.wait(lambda: button.text == "Copied", "the copy")

    def test_imports_a_list(self):
        browser = self.browser
        browser.wait(lambda: "songs" in browser.one("#library-count").text, "the count")
        browser.one(".library summary").click()
        table = self.downloads / "mine.csv"
        table.write_text("title,artist,moods\nZebra Stripes,Me,calm\n,Nobody,\n")
        browser.one("#list").send_keys(str(table))
        browser.wait(lambda: "left out" in browser.one("#library-state").text, "the report")
        self.assertRegex(browser.one("#library-state").text, r"^mine.csv: \d new, \d changed, \d as they were, 1 left out.$")
        self.assertEqual(browser.one("#rejections").text, "Line 3: the title is empty")
        other = self.downloads / "prices.csv"
        other.write_text("price\n1\n")
        browser.one("#list").send_keys(str(other))
        browser.wait(lambda: "no column for titles" in browser.one("#library-state").text, "the refusal")
        self.assertEqual((browser.nameless(), browser.faint()), ([], []))

    def test_copies_captions(self):
        self.browser.add(HARBOUR)
        self.browser.wait_for_captions(1)
        button = self.browser.one(".copy")
        button.click()
        self.browser.wait(lambda: button.text == "Copied", "the copy")

    def test_saves_captions(self):
        browser = self.browser
        browser.add(HARBOUR, STORM)
        browser.wait_for_captions(2)
        browser.one("#save-csv").click()
        browser.one("#save-json").click()
        table = self.downloads / "captions.csv"
        browser.wait(lambda: table.exists() and (self.downloads / "captions.json").exists(), "the files")
        with table.open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["filename"] for row in rows], [HARBOUR.name, STORM.name])
        self.assertIn("harbour", rows[0]["caption"])
        self.assertEqual(rows[0]["width"], "720")

    def test_says_what_is_wrong(self):
        browser = self.browser
        browser.add(TEXT)
        card = browser.wait(lambda: browser.all(".card[data-state=failed]"), "the refusal")[0]
        self.assertIn("not a picture of a known format", card.text)
        self.assertEqual(browser.all(".card .retry:not([hidden])"), [])
        self.assertEqual(browser.one("#tally").text, "0 of 1 picture captioned, 1 not")

    def test_refuses_large_files_without_sending_them(self):
        large = self.downloads / "large.jpg"
        with large.open("wb") as file:
            file.truncate(11_000_000)
        self.browser.wait(lambda: "Demo" in self.browser.one("#model-text").text, "the limits")
        self.browser.add(large)
        card = self.browser.wait(lambda: self.browser.all(".card[data-state=failed]"), "the refusal")[0]
        self.assertIn("11 MB; this server takes up to 10 MB", card.text)
        self.assertNotIn(CAPTION, [request[:2] for request in self.stand_in.requests])

    def test_waits_while_the_server_is_busy(self):
        browser = self.browser
        self.stand_in.answers[CAPTION].extend([
            problem(503, "Too many pictures wait.", Retry_After="1"), problem(429, "Slower, please.", Retry_After="600")])
        browser.add(HARBOUR)
        browser.wait(lambda: "Slower, please." in browser.one(".card .problem").text, "the second refusal")
        self.assertRegex(browser.one(".step").text, r"Trying again in \d+ s")
        browser.one(".retry").click()
        self.assertIn("harbour", browser.wait_for_captions(1)[0])
        self.assertFalse(browser.one(".card .problem").is_displayed())

    def test_offers_another_try(self):
        self.stand_in.answers[CAPTION].append(problem(500, "Something went wrong here."))
        self.browser.add(HARBOUR)
        self.browser.wait(lambda: self.browser.all(".card[data-state=failed]"), "the failure")
        self.browser.one(".retry").click()
        self.assertIn("harbour", self.browser.wait_for_captions(1)[0])

    def test_asks_for_a_key(self):
        browser = self.browser
        self.stand_in.key = "open sesame"
        browser.add(HARBOUR, STORM)
        browser.wait(lambda: len(browser.all(".card[data-state=locked]")) == 2, "the refusals")
        self.assertEqual(browser.focused(), "key-input")
        ActionChains(browser.driver).send_keys("open sesame", Keys.ENTER).perform()
        browser.wait_for_captions(2)
        self.assertFalse(browser.one("#key").is_displayed())
        self.assertEqual(browser.run("return localStorage.length"), 0)
        self.assertEqual(browser.run("return Object.values(sessionStorage)"), ["open sesame"])

    def test_waits_for_the_model(self):
        starting = (503, {"Content-Type": "application/json"}, b'{"status": "starting", "model_loaded": false}')
        loading = (200, {"Content-Type": "application/json"},
                   b'{"model_info": {"status": "loading", "model_name": "Big/model", "limits": {}}}')
        self.stand_in.standing = {("GET", "/health"): starting, ("GET", "/model/info"): loading}
        self.browser.open(self.stand_in.address)
        line = self.browser.one("#model-text")
        self.browser.wait(lambda: line.text == "The model Big/model is loading …", "the wait")
        self.stand_in.standing = {}
        self.browser.wait(lambda: line.text.startswith("Demo model"), "the model")

    def test_says_what_the_model_is_good_for(self):
        def answer(value):
            return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()

        model = {"status": "ready", "model_name": "Blip", "alias": "blip", "hub_id": "Salesforce/blip-image-captioning-base",
                 "good_for": "short captions", "licence": "BSD-3-Clause", "architecture": "BLIP", "demo": False,
                 "device": "cpu", "precision": "int4", "parameters": 247_000_000, "limits": {}}
        self.stand_in.standing = {("GET", "/health"): answer({"status": "healthy"}),
                                  ("GET", "/model/info"): answer({"model_info": model})}
        self.browser.open(self.stand_in.address)
        line = self.browser.one("#model-text")
        known = "blip (Salesforce/blip-image-captioning-base) · short captions · BLIP · "
        self.browser.wait(lambda: line.text.startswith(known), "the model")

    def test_takes_drops_and_pastes(self):
        browser = self.browser
        bring = """
            const [type, path] = arguments;
            const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
            const context = canvas.getContext('2d');
            context.fillRect(0, 0, 64, 48);
            canvas.toBlob(blob => {
                const data = new DataTransfer();
                data.items.add(new File([blob], 'image.png', { type: 'image/png' }));
                const event = type === 'paste' ? new ClipboardEvent(type, { clipboardData: data, bubbles: true, cancelable: true })
                    : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
                document.body.dispatchEvent(event);
            });"""
        browser.run(bring, "dragenter")
        browser.wait(lambda: browser.one("#veil").is_displayed(), "the veil")
        browser.run(bring, "drop")
        browser.wait_for_captions(1)
        self.assertFalse(browser.one("#veil").is_displayed())
        browser.run(bring, "paste")
        browser.wait_for_captions(2)
        self.assertEqual([name.text for name in browser.all(".name")], ["image.png", "pasted-1.png"])

    def test_needs_no_mouse(self):
        browser = self.browser
        press = lambda *keys: ActionChains(browser.driver).send_keys(*keys).perform()
        press(Keys.TAB)
        self.assertEqual(browser.focused(), "skip")
        order = [browser.focused()]
        while "choose" not in order:
            press(Keys.TAB)
            order.append(browser.focused())
            self.assertLess(len(order), 10)
        browser.run("document.activeElement.addEventListener('click', event => { event.preventDefault(); window.isOpened = true; })")
        press(Keys.SPACE)
        self.assertTrue(browser.run("return window.isOpened"))
        browser.add(HARBOUR, STORM)
        browser.wait_for_captions(2)
        reached = []
        while not reached or "remove" not in reached[-1]:
            press(Keys.TAB)
            reached.append(browser.focused())
            shown = browser.run("const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth")
            self.assertEqual(shown, "solid3px", reached[-1])
            self.assertLess(len(reached), 100)
        self.assertNotIn("num_beams", reached)
        for control in ("prompt", "again", "save-csv", "save-json", "clear", "button copy", "button remove"):
            self.assertIn(control, reached)
        press(Keys.ENTER)
        self.assertEqual([name.text for name in browser.all(".name")], [STORM.name])
        self.assertEqual(browser.focused(), "button remove")
        press(Keys.ENTER)
        self.assertEqual(browser.focused(), "choose")
        self.assertFalse(browser.one("#results").is_displayed())

    def test_speaks_to_everyone(self):
        browser = self.browser
        self.stand_in.answers[CAPTION].append(problem(429, "Slower, please.", Retry_After="600"))
        browser.add(TEXT)
        browser.wait(lambda: browser.all(".card[data-state=pausing]"), "the pause")
        browser.add(TEXT, HARBOUR)
        browser.wait_for_captions(1)
        browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
        self.assertEqual(browser.run("return document.documentElement.lang"), "en")
        for width, dark in ((1280, False), (1280, True), (390, True), (320, False)):
            browser.resize(width, 844)
            browser.prefer(dark)
            self.assertEqual(browser.nameless(), [], (width, dark))
            self.assertEqual(browser.faint(), [], (width, dark))
            self.assertLessEqual(browser.overflow(), 0, (width, dark))

    def test_opens_without_a_network(self):
        browser = self.browser
        browser.run("return navigator.serviceWorker.ready.then(() => true)")
        kept = browser.run("return caches.open('shell').then(cache => cache.keys()).then(keys => keys.map(key => new URL(key.url).pathname))")
        self.assertIn("/", kept)
        self.assertFalse({"/health", "/model/info", "/caption/stream", "/openapi.json"} & set(kept))
        self.stand_in.close()
        browser.open(self.stand_in.address)
        browser.wait(lambda: "cannot be reached" in browser.one("#model-text").text, "the page without its server")

    def test_documents_every_call(self):
        browser = self.browser
        browser.open(self.stand_in.address + "/docs")
        browser.wait(lambda: len(browser.all(".call")) >= len(self.calls), "the calls")
        titles = {" ".join(title.text.split()) for title in browser.all(".call h2")}
        self.assertLessEqual(self.calls, titles)
        browser.run("for (const part of document.querySelectorAll('details')) part.open = true")
        browser.one("#generateCaption-image").send_keys(str(HARBOUR))
        browser.one("#generateCaption form").submit()
        result = browser.one("#generateCaption .result")
        browser.wait(lambda: "harbour" in result.text, "the caption")
        self.assertIn("200", result.text)
        self.assertIn("content-type: application/json", result.text)
        browser.one("#streamCaption-image").send_keys(str(HARBOUR))
        browser.one("#streamCaption form").submit()
        result = browser.one("#streamCaption .result")
        browser.wait(lambda: "event: caption" in result.text, "the stream")
        self.assertIn("event: token", result.text)
        self.assertIn("a quiet harbour with", result.text)
        for width, dark in ((1280, False), (390, True)):
            browser.resize(width, 844)
            browser.prefer(dark)
            self.assertEqual(browser.nameless(), [])
            self.assertEqual(browser.faint(), [])
            self.assertLessEqual(browser.overflow(), 0)
        self.assertEqual(browser.complaints(), [])


def screenshot(program, path):
    """The page in daylight with three captioned pictures."""
    with tempfile.TemporaryDirectory() as downloads, server.running(program, CAPTION_CACHE_TTL="0") as address:
        browser = Browser(downloads)
        browser.resize(1280, 1160)
        browser.prefer(dark=False)
        try:
            browser.open(address)
            browser.add(HARBOUR, CAMPFIRE, server.SAMPLES / "meadow-flowers.jpg")
            browser.wait_for_captions(3)
            if "POST /image/process" in server.calls(address):
                browser.wait(lambda: len(browser.all(".palette:not([hidden])")) == 3, "the palettes")
            browser.run("scrollTo(0, 0)")
            browser.driver.save_screenshot(path)
        finally:
            browser.close()


if __name__ == "__main__":
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        sys.exit("This needs chromium and chromedriver: apt-get install chromium chromium-driver.")
    PageTest.program = sys.argv.pop(1)
    if "--screenshot" in sys.argv:
        screenshot(PageTest.program, sys.argv[-1])
    else:
        unittest.main()
