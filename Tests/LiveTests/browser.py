"""A headless Chromium, driven through its WebDriver, and what can be asked of a page in it."""

import json
import pathlib
import shutil
import time

from selenium import webdriver
from selenium.common.exceptions import SessionNotCreatedException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from server import PATIENCE

# What a screen reader says of these is their name; one without a name is a riddle.
CONTROLS = {"button", "link", "textbox", "combobox", "spinbutton", "checkbox", "progressbar", "DisclosureTriangle", "image"}
CONTRAST = (pathlib.Path(__file__).parent / "contrast.js").read_text()


class _PatientService(Service):
    """Chromedriver, which is waited for until it listens or has ended: selenium's half a minute is little on a busy machine."""

    def start(self):
        self._start_process(self._path)
        while not self.is_connectable():
            self.assert_process_still_running()
            time.sleep(0.05)


def _start(options):
    """Chromium under its driver, which waits a minute for it; that is asked again."""
    while True:
        try:
            return webdriver.Chrome(options, _PatientService(shutil.which("chromedriver")))
        except SessionNotCreatedException as error:
            if "timed out" not in str(error) and "timeout" not in str(error):
                raise


class Browser:
    """One tab."""

    def __init__(self, downloads, *more):
        options = Options()
        options.binary_location = shutil.which("chromium")
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", *more):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
        self.driver = _start(options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.set_script_timeout(PATIENCE)
        self.command("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def resize(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)

    def prefer(self, dark):
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.command("Emulation.setEmulatedMedia", features=features)

    def open(self, address):
        self.driver.get(address)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        """The texts of all of them at one moment: pages redraw themselves meanwhile."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)", selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition, what):
        """The first result of `condition` that is true."""
        return WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition(), f"waited in vain for {what}")

    def add(self, *paths):
        """Chooses pictures as somebody does who clicks on the button for it."""
        self.one("#choose").send_keys("\n".join(str(path) for path in paths))

    def wait_for_captions(self, count):
        self.wait(lambda: len(self.all(".card[data-state=done]")) == count, f"{count} captions")
        return [card.text for card in self.all(".card .caption")]

    def forget(self):
        """Clears what the page has asked for and complained of."""
        self.addresses()
        self.complaints()

    def addresses(self):
        """Everything that the page has asked for since the last time, as addresses."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]

    def complaints(self):
        """The errors in the console since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def nameless(self):
        """The controls and pictures that say nothing to a screen reader."""
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        return [
            node["role"]["value"] for node in nodes
            if not node.get("ignored") and node["role"]["value"] in CONTROLS and not node.get("name", {}).get("value")
        ]

    def faint(self):
        """The texts that do not stand out from their background (WCAG 2.2, 1.4.3)."""
        return self.run(CONTRAST)

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.run("return document.documentElement.scrollWidth - innerWidth")

    def focused(self):
        """A description of the element that has the focus."""
        return self.run("const e = document.activeElement; return e.id || e.className || e.tagName")

    def close(self):
        self.driver.quit()
