#!/usr/bin/python3
"""Looks at the pages of `scribeline report` with a browser: tests/page/check_pages.py PROGRAM

Makes small results of run, compare, sweep, serve and yield, writes their pages, opens each in light and in dark, and checks
what a reader relies on. Needs Debian's chromium, chromium-driver and python3-h5py; exit code 77 and a line "SKIPPED: "
where one is missing.
"""
import json
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from browser import Browser, missing

failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print(f"FAILED: {what}", flush=True)


class Results:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def scribeline(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"scribeline {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def make(self):
        token = ["--machine", "wse3", "--model", "llama-3.1-8b", "--context", "4096"]
        self.scribeline("run", "-o", "small.h5")
        self.scribeline("run", *token, "-o", "token.h5")
        self.scribeline("run", "--from", "token.h5", "--set", "fabric.hop_latency=1 cycle", "-o", "short.h5")
        self.scribeline("compare", "--model", "llama-3.1-70b", "--context", "4096,32768", "--machines", "wse3:4,h100:8",
                        "-o", "comparison.h5")
        self.scribeline("serve", "--machine", "h100:1", "--model", "llama-3.1-8b", "--rate", "10/s", "--requests", "60",
                        "--input", "512", "--output", "64", "--slo", "chat", "-o", "served.h5")
        self.scribeline("yield", "--machine", "wse3", "--wafers", "40", "-o", "yield.h5")
        self.scribeline("sweep", "run", "first_sweep", "-o", "sweep", "--quiet")
        self.scribeline("sweep", "merge", "sweep")
        (self.folder / "sweep.h5").symlink_to("sweep/sweep.h5")
        pages = {}
        for name in ("small", "token", "comparison", "sweep", "served", "yield"):
            self.scribeline("report", f"{name}.h5", "-o", f"{name}.html")
            pages[name] = (self.folder / f"{name}.html").as_uri()
        self.scribeline("report", "token.h5", "short.h5", "-o", "difference.html")
        pages["difference"] = (self.folder / "difference.html").as_uri()
        return pages


# Every text that is seen, with the contrast to what stands behind it (WCAG 2, 1.4.3), and the least that it needs.
CONTRAST = """
const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const rgb = text => { const c = text.match(/[\\d.]+/g).map(Number); return c.length > 3 && c[3] === 0 ? null : c; };
const behind = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c && !(e instanceof SVGElement)) return c; } return [255, 255, 255]; };
const bad = [];
for (const e of document.querySelectorAll('body *')) {
  const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  if (!own || e.tagName === 'SCRIPT' || !e.getClientRects().length || e.closest('.sr,[hidden],.skip') || e.classList.contains('stopname')) continue;
  const style = getComputedStyle(e), fore = rgb(e instanceof SVGElement ? style.fill : style.color);
  if (!fore) continue;
  const a = light(fore), b = light(behind(e)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) bad.push(e.textContent.slice(0, 30) + ': ' + ratio.toFixed(2));
}
return bad.slice(0, 5);
"""

# What can be reached by keyboard has a name, and no two elements have one id.
NAMES = """
const bad = [];
for (const e of document.querySelectorAll('button,select,input,[role=region],[role=application],a[href],svg[role=img]'))
  if (!(e.getAttribute('aria-label') || e.textContent.trim() || e.title || (e.labels && e.labels.length))) bad.push(e.outerHTML.slice(0, 80));
const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) bad.push('twice: ' + id);
const levels = [...document.querySelectorAll('h1,h2,h3')].map(h => +h.tagName[1]);
levels.forEach((level, i) => { if (i > 0 && level > levels[i - 1] + 1) bad.push('heading skips a level: ' + i); });
return bad.slice(0, 5);
"""


def check_every_page(browser, pages):
    for name, address in pages.items():
        for theme in ("light", "dark"):
            browser.theme(theme)
            browser.size(1280, 900)
            browser.open(address)
            for problem in browser.console():
                check(False, f"{name}, {theme}: console says {problem}")
            asked = browser.requests()
            check(not asked, f"{name}: asks the network for {asked[:3]}")
            check(browser.run(CONTRAST) == [], f"{name}, {theme}: contrast of {browser.run(CONTRAST)}")
        check(browser.run(NAMES) == [], f"{name}: {browser.run(NAMES)}")
        for width in (390, 800, 1280):
            browser.size(width, 900)
            wide = browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            check(wide[0] <= wide[1], f"{name} at {width}: as wide as {wide[0]} dots")
        check(browser.pdf().startswith(b"%PDF"), f"{name}: does not print")


def check_numbers(browser, results, pages):
    browser.open(pages["token"])
    said = json.loads(results.scribeline("show", "token.h5", "--format", "json"))["summary"]
    shown = browser.run("""
        const out = {};
        for (const row of document.querySelector('[aria-label=summary] table').tBodies[0].rows) {
          const cell = row.cells[1];
          out[row.cells[0].textContent] = cell.dataset.v !== undefined ? +cell.dataset.v : +cell.textContent.replace(/,/g, '');
        }
        return out;""")
    known = {key: value for key, value in said.items() if isinstance(value, (int, float))}
    check(len(known) > 40 and all(shown.get(key) == value for key, value in known.items()),
          f"numbers differ: {[key for key, value in known.items() if shown.get(key) != value]}")
    headline = browser.run("return +document.querySelector('.numbers dd').dataset.v")
    check(headline == said["tokens_per_second_per_user"], f"the first number is {headline}")
    results.scribeline("export", "csv", "token.h5", "-o", "csv")
    saved = browser.wait_for("return await table_text('operators.csv')")
    check(saved == (results.folder / "csv" / "operators.csv").read_text(), "operators.csv is not that of export csv")
    results.scribeline("export", "csv", "sweep/sweep.h5", "-o", "csv")
    browser.open(pages["sweep"])
    check(browser.wait_for("return await table_text('points.csv')") == (results.folder / "csv" / "points.csv").read_text(),
          "points.csv is not that of export csv")


def check_opening(browser, pages):
    browser.open(pages["token"] + "#bar-hops")
    check(browser.run("return document.getElementById('bar-hops').open"), "a link to a bar does not open it")
    check("fabric.hop_latency=1 cycle" in browser.run("return document.getElementById('bar-hops').textContent"),
          "the bar of hops names no command to try")
    before = browser.run("return document.querySelector('[aria-label=\"parameters that are not assumed\"] table').tBodies[0].rows[0].textContent")
    browser.run("const t = document.querySelector('[aria-label=\"parameters that are not assumed\"] table'); t.closest('details').open = true; t.querySelector('th button').click();")
    after = browser.run("return document.querySelector('[aria-label=\"parameters that are not assumed\"] table').tBodies[0].rows[0].textContent")
    check(before != after, "a click on a heading sorts nothing")


def check_map(browser, results, pages):
    import h5py
    with h5py.File(results.folder / "small.h5") as file:
        scale = file["fabric/pe_busy"].attrs["scale_factor"]
        busy = file["fabric/pe_busy"][...] * float(scale)
        lines = sum(file["machine/reticle"][0, 1:] != file["machine/reticle"][0, :-1])
        lines += sum(file["machine/reticle"][1:, 0] != file["machine/reticle"][:-1, 0])
    browser.theme("light")
    browser.size(1280, 900)
    browser.open(pages["small"])
    palette = browser.run("return [...bytes_of(data('maps').palette)]")
    draw = random.Random(19)
    windows, rows, columns = busy.shape
    for _ in range(20):
        w, y, x = draw.randrange(windows), draw.randrange(rows), draw.randrange(columns)
        pixel = browser.wait_for("await scribeline.map.show('pe', arguments[0]); return scribeline.map.pixel(arguments[1], arguments[2]);",
                                 w, x, y)
        shade = int(255 * min(1.0, float(busy[w, y, x])) ** 0.45 + 0.5)
        nearest = [palette[3 * s:3 * s + 3] for s in (shade - 1, shade, shade + 1) if 0 <= s < 256]
        check(pixel[:3] in nearest, f"window {w}, PE {x},{y}: pixel {pixel}, share {busy[w, y, x]}")
    for width in (390, 800, 1280):
        browser.size(width, 900)
        seen = browser.run("""
            const box = document.querySelector('.stack').getBoundingClientRect();
            return [...document.querySelectorAll('.stack .thinline')].filter(line => {
              const r = line.getBoundingClientRect(), style = getComputedStyle(line);
              return r.left >= box.left - 1 && r.right <= box.right + 1 && parseFloat(style.strokeWidth) >= 1
                && style.vectorEffect === 'non-scaling-stroke' && (r.width > 0.9 * box.width || r.height > 0.9 * box.height);
            }).length;""")
        check(lines > 0 and seen == lines, f"{seen} of {lines} scribe lines are seen at a width of {width}")
    browser.size(1280, 900)
    browser.run("document.getElementById('map').focus()")
    browser.wait_for("await scribeline.map.show('pe', 3)")
    browser.keys("#map", "\ue014")  # arrow to the right
    moved = browser.wait_for("await new Promise(r => setTimeout(r, 200)); return [scribeline.shown.window, location.hash];")
    check(moved[0] == 4, f"an arrow key moves to window {moved[0]} and not to 4")
    browser.open(pages["small"] + moved[1])
    check(browser.run("return scribeline.shown") == {"layer": "pe", "window": 4}, f"{moved[1]} does not restore the view")
    slowest = browser.wait_for("""
        let most = 0;
        for (let i = 0; i < 10; i++) { await scribeline.map.show('pe', i); if (i > 2) most = Math.max(most, scribeline.frame_ms); }
        return most;""")
    check(slowest < 50, f"a frame takes {slowest} ms")
    print(f"small map: slowest of seven frames {slowest:.1f} ms; ready after {browser.run('return scribeline.ready_ms'):.0f} ms")


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    lacking = missing()
    try:
        import h5py  # noqa: F401
    except ImportError:
        lacking.append("python3-h5py")
    if lacking:
        print(f"SKIPPED: {', '.join(lacking)} is missing; scripts/install-deps --tests --page installs it")
        return 77
    with tempfile.TemporaryDirectory(prefix="scribeline-pages-") as folder:
        results = Results(str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(folder))
        pages = results.make()
        with Browser() as browser:
            check_every_page(browser, pages)
            check_numbers(browser, results, pages)
            check_opening(browser, pages)
            check_map(browser, results, pages)
    print(f"{len(failures)} failures" if failures else f"{len(pages)} pages are as they should be.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
