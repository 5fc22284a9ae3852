"""A browser driven over WebDriver (W3C), with the standard library alone. Needs Debian's chromium and chromium-driver."""
import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

NEEDED = {"chromium": "chromium", "chromedriver": "chromium-driver"}


def missing():
    """Debian's packages that are not there."""
    return [package for program, package in NEEDED.items() if shutil.which(program) is None]


class Browser:
    def __init__(self, width=1280, height=1000):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.driver = subprocess.Popen([shutil.which("chromedriver"), f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, start_new_session=True)
        self.base = f"http://127.0.0.1:{port}"
        self.session = ""
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                            "--force-device-scale-factor=1", f"--window-size={width},{height}"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {
            "browser": "ALL", "performance": "ALL"}}}}
        for attempt in range(100):
            try:
                self.session = "/session/" + self.call("POST", "/session", wanted)["sessionId"]
                break
            except (urllib.error.URLError, ConnectionError):
                if attempt == 99:
                    raise
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        data = None if method in ("GET", "DELETE") else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + self.session + path, data, {"Content-Type": "application/json"},
                                         method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.loads(error.read())["value"]["message"]) from error

    def open(self, address):
        """Opens a page and waits until its script is done."""
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": address})
        for _ in range(600):
            if self.run("return document.documentElement.dataset.ready") == "yes":
                return
            time.sleep(0.05)
        raise RuntimeError(f"{address}: not ready after 30 s: {self.console()}")

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, script, *arguments):
        """Of a promise that `script` returns."""
        return self.call("POST", "/execute/async", {"script": "const done = arguments[arguments.length - 1];"
                                                    f"(async () => {{ {script} }})().then(done, e => done('error: ' + e));",
                                                    "args": list(arguments)})

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def theme(self, name, reduced_motion=False):
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced_motion else "no-preference"}])

    def size(self, width, height):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def keys(self, selector, text):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        self.call("POST", f"/element/{next(iter(found.values()))}/value", {"text": text})

    def console(self):
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def requests(self):
        """Addresses asked for since the last call, other than the page itself and what it holds."""
        asked = []
        for entry in self.call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        return [each for each in asked if not each.startswith(("file:", "data:", "blob:", "about:"))]

    def screenshot(self, whole=False, clip=None):
        parameters = {"format": "png"}
        if whole:
            parameters["captureBeyondViewport"] = True
            width, height = self.run("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
            clip = {"x": 0, "y": 0, "width": width, "height": height}
        if clip:
            parameters["clip"] = {**clip, "scale": 1}
        return base64.b64decode(self.devtools("Page.captureScreenshot", **parameters)["data"])

    def pdf(self):
        return base64.b64decode(self.call("POST", "/print", {}))
