"""Files and sections that documents and comments name: they exist, and a section has the title that is said."""
import re

ENDINGS = r"(?:cpp|hpp|md|toml|json|csv|py|cmake|txt|svg|png)"
FILE = re.compile(rf"(?<![\w/.*<>{{}}-])((?:[\w.-]+/)*[\w-][\w.-]*\.{ENDINGS})(?![\w/*])")
SCRIPT = re.compile(r"(?<![\w/.-])(scripts/[\w-]+)(?![\w.*/-])")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NUMBERED = re.compile(r"^## (\d+)\. (.*)$", re.MULTILINE)
# The section of another page, with its title in comments and with its anchor in pages, so that it cannot come to mean another.
SECTION = re.compile(r"(?<![\w/])(?:docs/)?(\w+\.md)(#[\w-]+)?\)?,? (?:section )?(\d+)\b(?: \(([^)]*)\))?")
OWN_SECTION = re.compile(r"(?<!\w)[Ss]ections? ((?:\d+(?:, | to | and | or )?)+)")
PLACEHOLDER = re.compile(r"(?:^|/)(?:[A-Z]+|_\w*)\.\w+$")  # NAME.cpp, and endings as _slow.cpp
OF_OTHERS = {"docs/PERFORMANCE_MODEL.md"}  # of the projects that values are from


def anchor(title):
    """As GitHub makes it from a heading."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def without_fences(text):
    return re.sub(r"^ *```.*?^ *```$", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL | re.MULTILINE)


class Tree:
    def __init__(self, root, files):
        self.root = root
        self.files = {str(file) for file in files}
        self.names = {file.rsplit("/", 1)[-1] for file in self.files}
        self.tops = {file.split("/")[0] for file in self.files if "/" in file}
        self._pages = {}

    def page(self, name):
        if name not in self._pages:
            path = self.root / name
            self._pages[name] = without_fences(path.read_text(encoding="utf-8")) if path.is_file() else None
        return self._pages[name]

    def sections(self, name):
        return {int(number): title for number, title in NUMBERED.findall(self.page(name) or "")}

    def has(self, named, home):
        """Is there a file of this name, from the root, from beside `home`, or (a bare name) anywhere?"""
        folder = home.rsplit("/", 1)[0] + "/" if "/" in home else ""
        if named in self.files or folder + named in self.files or "tests/" + named in self.files:
            return True
        if "/" not in named:
            return named in self.names
        # the last part of a path, or a file that a user has: only what begins like ours must be ours
        return any(file.endswith("/" + named) for file in self.files) or named.split("/")[0] not in self.tops


def named_files(text):
    for match in FILE.finditer(text):
        yield match.start(), match[1]
    for match in SCRIPT.finditer(text):
        yield match.start(), match[1]


def problems_of_page(tree, name, text):
    """Yields (offset, what) for a Markdown page."""
    plain = without_fences(text)
    for match in LINK.finditer(plain):
        target = match[1] or match[2]
        if re.match(r"\w+:", target):
            continue
        path, _, fragment = target.partition("#")
        folder = name.rsplit("/", 1)[0] if "/" in name else ""
        resolved = resolve(folder, path) if path else name
        if resolved not in tree.files and not any(file.startswith(resolved.rstrip("/") + "/") for file in tree.files):
            yield match.start(), f"the link to {target} leads nowhere"
        elif fragment and fragment not in {anchor(title) for title in HEADING.findall(tree.page(resolved) or "")}:
            yield match.start(), f"{resolved} has no heading #{fragment}"
    own = tree.sections(name)
    for match in OWN_SECTION.finditer(re.sub(r"\]\([^)]*\)", lambda m: " " * len(m[0]), plain)) if own else ():
        before = plain[max(0, match.start() - 60):match.start()]
        if re.search(r"\.md\)?,? ?$|arXiv [\d.]+, $", before):
            continue
        for number in re.findall(r"\d+", match[1]):
            if int(number) not in own:
                yield match.start(), f"there is no section {number}"
    yield from problems_of_sections(tree, name, plain, linked=True)
    yield from problems_of_files(tree, name, plain, pattern_of_users=True)


def problems_of_sections(tree, name, text, linked):
    for match in SECTION.finditer(text):
        page, fragment, number, title = match[1], match[2], int(match[3]), match[4]
        sections = tree.sections(f"docs/{page}")
        if not sections:
            continue
        if number not in sections:
            yield match.start(), f"{page} has no section {number}"
            continue
        wanted = anchor(f"{number}. {sections[number]}")
        if linked and fragment != "#" + wanted:
            yield match.start(), f"section {number} of {page} is linked as {page}#{wanted}"
        if not linked and (title or "").lower() != sections[number].lower():
            yield match.start(), f"section {number} of {page} is '{sections[number]}': write {page}, {number} " \
                                 f"({sections[number][0].lower()}{sections[number][1:]})"


def problems_of_files(tree, name, text, pattern_of_users=False):
    for offset, named in named_files(text):
        ending = named.rsplit(".", 1)[-1] if "." in named else ""
        if PLACEHOLDER.search(named) or named in OF_OTHERS:
            continue
        if named.startswith("build/") or not tree.has(named, name):
            theirs = "/" not in named and ending in ("toml", "json", "csv", "txt", "png", "svg", "py")  # what a user has
            ours = named.split("/")[0] in tree.tops or (not theirs and "/" not in named)
            if ours and not named.startswith("build/"):
                yield offset, f"names {named}, which does not exist"


def comments(text, ending):
    """The comments of a source, all else blanked."""
    if ending in ("cpp", "hpp"):
        pattern = r"//[^\n]*|/\*.*?\*/"
    else:
        pattern = r"#[^\n]*|\"\"\".*?\"\"\""
    kept = list(re.sub(r"[^\n]", " ", text))
    for match in re.finditer(pattern, text, re.DOTALL):
        kept[match.start():match.end()] = text[match.start():match.end()]
    return "".join(kept)


def problems_of_source(tree, name, text):
    said = comments(text, name.rsplit(".", 1)[-1])
    yield from problems_of_files(tree, name, said)
    yield from problems_of_sections(tree, name, said, linked=False)


def resolve(folder, path):
    parts = folder.split("/") if folder else []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)
