"""Numbers of a page that nothing holds to a command or to a source.

A number needs no mark where it is an input (it stands in a command of the page), a name (H100, section 3, October 2024), in a
code span, or a small count (below ten). Every other one bears a mark (figures.py), or a source:

    5.62 million<!--: WaferLLM, table 3 -->        of the number before it
    <!--: in configs/machines/wse3.toml -->        on a line of its own: of the paragraph, list or table that follows
    <!--: section: by hand from the equations -->  of the section below the heading before it; `page:` of the page

Behind `in` stand files of the repository (with commas between), and every number must stand in one of them, as it is or as
a share for a percentage.
"""
import re

from documents import page as pages
from documents.digits import WRITTEN, value_of

SOURCE = re.compile(r"<!--: *(?P<words>.*?) *-->", re.DOTALL)
NUMBER = re.compile(rf"(?<![\w.,/^+-])[-+±]?\d[\d,]*(?:\.\d+)?(?:x\d+)?(?![\w^])(?!-\w)(?P<unit> ?%)?")
SIZE = re.compile(r"\d+x\d+")
NAMES_BEFORE = re.compile(
    r"(?:\b(?:sections?|equations?|tables?|figures?|versions?|schema|step|seed|exit(?: code| with)?|ends with|with|codes?|Debian|CMake|HDF5|IEEE|"
    r"SystemC|Catch2|UCIe|IEEE|row|HPDC|ISCA|ISSCC|OSDI|MICRO|HPCA|SIAM J\. Sci\. Comput\.|of|January|February|March|"
    r"April|May|June|July|August|September|October|November|December)|\.md +|;)(?:,? (?:\d+,?|to|and|or))*,? ?$")
NAMES_AFTER = re.compile(r"^[ -](?:(?:NVIDIA )?[A-Z]+\d+s?\b|WSE-\d|GPUs?\b|LPUs?\b|wafers?\b|(?:\d+-)?bits?\b|bit\b|lines\b|January|February|March|"
                         r"April|May|June|July|August|September|October|November|December|H100s?|of a Rubin)")


def is_year(text):
    return bool(re.fullmatch(r"(19|20)\d\d", text))


def inputs(page, commands):
    """Every number that a command of the page, or one that it names, is given."""
    said = [command for _, command, _ in pages.definitions(page)]
    for fence in re.finditer(r"^ *```(sh|console|toml)\n(.*?)^ *```$", page.text, re.DOTALL | re.MULTILINE):
        lines = fence[2].splitlines()
        said += [line for line in lines if fence[1] != "console" or line.startswith("$ ")]
    said += re.findall(r"`([^`\n]*)`", pages.blanked(page.text, r"^ *```.*?^ *```$"))
    used = set(re.findall(r"<!--= *(?:\w+\()*(\w+)[.\[]", page.text))
    said += [command for name, command in commands.items() if name in used]
    numbers = set()
    for each in said:
        numbers.update(re.findall(r"\d+x\d+", each))
        numbers.update(value_of(number) for number in
                       re.findall(r"\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:\.\d+)?", each))
    return numbers


def literals(text):
    """All numbers that stand in a file, however it groups their digits."""
    text = re.sub(r"(?<=\d)[',](?=\d{3})", "", text)
    return {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", text)} | set(SIZE.findall(text))


def spans(page):
    """(from, to, words) that each source on the page holds for."""
    text = page.text
    for match in SOURCE.finditer(text):
        words = re.sub(r"\s+", " ", match["words"])
        alone = text[text.rfind("\n", 0, match.start()) + 1:match.start()].strip() == "" and \
            text[match.end():match.end() + 1] in ("\n", "")
        if words.startswith("page:"):
            yield 0, len(text), words[5:]
        elif words.startswith("section:"):
            heading = list(re.finditer(r"^(#+) .*$", text[:match.start()], re.MULTILINE))[-1]
            after = re.compile(rf"^#{{1,{len(heading[1])}}} ", re.MULTILINE).search(
                pages.blanked(text, r"^```.*?^```$"), heading.end())
            yield heading.start(), after.start() if after else len(text), words[8:]
        elif alone:
            end = text.find("\n\n", match.end())
            yield match.end(), end if end >= 0 else len(text), words
        else:
            yield None, match.start(), words


def problems(page, root, commands):
    """Yields what is wrong with the numbers of a page."""
    text = page.text
    marked = {}  # where marks and sources of single numbers begin
    for mark in pages.MARK.finditer(text):
        marked[mark.start()] = None
    covered = []
    for start, end, words in spans(page):
        if start is None:
            marked[end] = words
        else:
            covered.append((start, end, words))
    for cells in pages.CELLS.finditer(text):
        covered.append((cells.start(), cells.end(), "cells"))
    plain = pages.blanked(text, r"<!--.*?-->")
    plain = pages.blanked(plain, r"^ *```(sh|console|toml|python|bash)\n.*?^ *```$")
    for output in pages.OUTPUT.finditer(text):
        plain = plain[:output.start()] + re.sub(r"[^\n]", " ", output[0]) + plain[output.end():]
    plain = pages.blanked(plain, r"(?<=\n\n)(?:(?:    |\t)[^\n]*\n|\n)+")  # equations and pictures
    plain = pages.blanked(plain, r"`[^`]*`")
    plain = pages.blanked(plain, r"\]\([^)]*\)|<https?:[^>]*>")
    plain = pages.blanked(plain, r"^ *\d+\. |^#[^\n]*")
    known = inputs(page, commands)
    files = {}
    candidates = []
    for found in NUMBER.finditer(plain):
        number = found[0].removesuffix(found["unit"] or "").strip().rstrip(",")
        candidates.append((found.start(), found.start() + len(number), number, bool(found["unit"])))
    owners = {}
    for at, words in marked.items():  # the last number before a mark is the one that it is about
        before = [c for c in candidates if c[1] <= at]
        if before:
            owners[before[-1][0]] = words
    for start, end, number, is_share in candidates:
        if start in owners:
            words = owners[start]
        else:
            spans_here = [c for c in covered if c[0] <= start < c[1]]
            words = min(spans_here, key=lambda c: c[1] - c[0])[2] if spans_here else ""
            if not words and needs_none(plain, start, end, number, is_share, known):
                continue
            if not words:
                yield f"{page.place(start)}: {number}{' %' if is_share else ''} has neither a command nor a source: " \
                      f"'..{plain[max(0, start - 30):end + 20].strip()}..'"
                continue
        if words and words.strip().startswith("in "):
            names = [name.strip() for name in words.strip()[3:].split(",")]
            missing = [name for name in names if not (root / name).is_file()]
            if missing:
                yield f"{page.place(start)}: the source {missing[0]} does not exist"
                continue
            for name in names:
                if name not in files:
                    files[name] = literals((root / name).read_text(encoding="utf-8", errors="replace"))
            if needs_none(plain, start, end, number, is_share, known):
                continue
            if not any(stands_in(number, files[name]) for name in names):
                yield f"{page.place(start)}: {number} does not stand in {', '.join(names)}"


def stands_in(number, known):
    if SIZE.fullmatch(number):
        return number in known or all(float(each) in known for each in number.split("x"))
    value = abs(value_of(number.replace("±", "")))
    return any(any(abs(each - other) <= 1e-9 * max(1, abs(other)) for other in known if isinstance(other, float))
               for each in (value, value / 100, value * 1000, value * 1e6))


def needs_none(plain, start, end, number, is_share, known):
    if SIZE.fullmatch(number):
        return number in known
    if not re.fullmatch(WRITTEN, number):
        return False
    value = value_of(number)
    if value in known or is_year(number):
        return True
    if not is_share and "." not in number and abs(value) < 10:
        return True
    line = plain[plain.rfind("\n", 0, start) + 1:start]
    if re.search(r"\b(?:CMake|HDF5|UCIe|SystemC|[Ss]chema|version|since|IEEE|g\+\+|schema_version`?) $", line):
        return True
    return bool(NAMES_BEFORE.search(line)) and not is_share and "." not in number and value < 256 \
        or bool(NAMES_AFTER.match(plain[end:]))
