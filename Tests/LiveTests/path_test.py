"""The page and the calls below a path, behind a real nginx that is set up as docs/operations.md says: path_test.py PROGRAM"""

import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from urllib.parse import urljoin, urlsplit

import server
from browser import Browser

HARBOUR = server.SAMPLES / "harbour-evening.jpg"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


def snippet():
    """The block of the documentation that puts the server below /app/."""
    text = (server.REPOSITORY / "docs/operations.md").read_text()
    return next(block for block in re.findall(r"```nginx\n(.*?)```", text, re.S) if "location /app/" in block)


@contextlib.contextmanager
def nginx(upstream):
    """The address of an nginx in front of the server at `upstream`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        location = snippet().replace("127.0.0.1:8000", urlsplit(upstream).netloc)
        config = pathlib.Path(folder) / "nginx.conf"
        config.write_text(
            f"daemon off; pid {folder}/pid; error_log stderr; user root;\nevents {{}}\n"
            f"http {{ access_log off; {places}\nserver {{ listen 127.0.0.1:{port};\n{location}\n}} }}\n")
        process = subprocess.Popen([NGINX, "-p", folder, "-e", "stderr", "-c", config])
        try:
            deadline = time.monotonic() + server.PATIENCE
            while process.poll() is None and time.monotonic() < deadline:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.02)
            yield port
        finally:
            process.terminate()
            process.wait(server.PATIENCE)


def get(address, accept="*/*"):
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=server.PATIENCE) as answer:
        return answer.url, answer.read().decode(errors="replace")


class PathTest(unittest.TestCase):
    program = None

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        upstream = cls.enterClassContext(server.running(
            cls.program, ALLOWED_HOSTS="music.example", SONG_CATALOGUE=str(folder / "songs.sqlite")))
        cls.port = cls.enterClassContext(nginx(upstream))
        cls.base = f"http://127.0.0.1:{cls.port}/app/"
        cls.browser = Browser(
            folder, "--host-resolver-rules=MAP *.example 127.0.0.1", "--disable-features=HttpsUpgrades")
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.forget()

    def test_everything_that_the_pages_refer_to_is_below_the_path(self):
        for page in ("", "docs"):
            place, text = get(self.base + page, "text/html")
            addresses = {urljoin(place, link) for link in re.findall(r'(?:href|src)="([^"#]+)"', text)}
            self.assertGreater(len(addresses), 4)
            for address in addresses:
                self.assertTrue(address.startswith(self.base), address)
                get(address, "text/html,*/*")
        # Whoever leaves out the slash is led to it.
        self.assertEqual(get(self.base.rstrip("/"), "text/html")[0], self.base)

    def test_the_manifest_and_the_description_name_no_other_place(self):
        place, text = get(self.base + "manifest.webmanifest")
        manifest = json.loads(text)
        for address in (manifest["start_url"], manifest["scope"]):
            self.assertEqual(urljoin(place, address), self.base)
        for icon in manifest["icons"]:
            get(urljoin(place, icon["src"]))
        place, text = get(self.base + "openapi.json")
        root = urljoin(place, json.loads(text)["servers"][0]["url"])
        self.assertIn('"alive"', get(root.rstrip("/") + "/health/live")[1])

    def test_an_import_says_where_it_is_found(self):
        request = urllib.request.Request(
            self.base + "songs/import", data=b"title,artist\nDawn,Nobody\n", headers={"Content-Type": "text/csv"})
        with urllib.request.urlopen(request, timeout=server.PATIENCE) as answer:
            place = urljoin(answer.url, answer.headers["Location"])
        self.assertTrue(place.startswith(self.base + "songs/import/"), place)
        self.assertIn('"name":"list"', get(place)[1])

    def caption_and_songs(self, base):
        browser = self.browser
        browser.open(base)
        browser.add(HARBOUR)
        self.assertIn("harbour", browser.wait_for_captions(1)[0])
        browser.wait(lambda: len(browser.all(".card .song")) > 0, "songs")
        strangers = [url for url in browser.addresses() if not url.startswith((base, "blob:", "data:"))]
        self.assertEqual(strangers, [])
        # A browser notes that it passes over this header where it does not trust the network.
        complaints = [line for line in browser.complaints() if "Cross-Origin-Opener-Policy header" not in line]
        self.assertEqual(complaints, [])

    def test_the_page_works_below_the_path(self):
        self.caption_and_songs(self.base)
        scope = self.browser.driver.execute_async_script(
            "navigator.serviceWorker.ready.then(worker => arguments[0](worker.scope))")
        self.assertEqual(scope, self.base)

    def test_the_page_works_by_a_name_without_tls(self):
        # Here browsers tell no Sec-Fetch-Site: Origin and Host say that the page is the server's own.
        self.caption_and_songs(f"http://music.example:{self.port}/app/")

    def test_a_name_that_is_not_allowed_is_refused(self):
        self.browser.open(f"http://evil.example:{self.port}/app/")
        self.assertIn("host_not_allowed", self.browser.one("body").text)

    def test_the_description_can_be_read_and_tried(self):
        browser = self.browser
        browser.open(self.base + "docs")
        browser.wait(lambda: browser.all("section.call"), "the calls")
        self.assertIn(f"{self.base}caption/generate", browser.one("#generateCaption").text)
        trial = browser.one("#liveness .trial")
        browser.run("arguments[0].open = true", trial)
        browser.run("arguments[0].querySelector('form').requestSubmit()", trial)
        browser.wait(lambda: "200" in browser.run("return arguments[0].querySelector('.result').innerText", trial),
                     "the answer")
        self.assertEqual(browser.complaints(), [])


if __name__ == "__main__":
    PathTest.program = sys.argv.pop(1)
    unittest.main()
