"""A Markdown page as the checks read it: lines, fenced blocks, comments."""
import dataclasses
import re

FENCE = re.compile(r"^(\s*)```(\w*)\s*$")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MARK = re.compile(r"<!--= *(?P<expression>.*?) *-->")
DEFINITIONS = re.compile(r"^<!-- figures:\n(.*?)^-->", re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r"^<!-- output of (\w+) -->\n(```\w*\n)(.*?)(^```$)", re.MULTILINE | re.DOTALL)
CELLS = re.compile(r"^<!-- cells\ncolumns: (?P<columns>[^\n]*)\n(?P<rows>.*?)^-->\n(?P<table>(?:^ *\|[^\n]*\n)+)",
                   re.MULTILINE | re.DOTALL)


@dataclasses.dataclass
class Page:
    path: object
    name: str  # relative to the root
    text: str

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def place(self, offset):
        return f"{self.name}:{self.line_of(offset)}"


def definitions(page):
    """Yields (name, command, offset) of the commands that the page gives names to."""
    for block in DEFINITIONS.finditer(page.text):
        for line in block[1].splitlines():
            if line.strip():
                name, _, command = line.partition("=")
                yield name.strip(), command.strip(), block.start()


def blanked(text, pattern):
    """The text with spaces in place of what matches, so that offsets and lines stay."""
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.DOTALL | re.MULTILINE)
