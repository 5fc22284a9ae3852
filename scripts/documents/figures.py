"""Figures that a document ties to a command: marks, cells of tables, blocks of output; checked, or written anew.

A page names commands, marks the figures that come from them, and the rendered page shows none of it:

    <!-- figures:
    one = scribeline run --machine wse3 --model llama-3.1-8b --context 4096
    -->
    1,646<!--= one.tokens_per_second_per_user --> come out, or 21.3 %<!--= percent(one.parts.dispatch / one.cycles) -->.

The mark belongs to the last number before it (or to the word for one up to twelve), which must have the digits that
the expression has to as many places; `~3` at its end rounds to three digits. `one` is what the command prints with
`--format json` (outputs.py says how it is read). `one.text("pattern")` is the number in the first group of a
pattern in what it prints without. A region as 381x588 is `size(..)` of a stage. Names hold on all pages.

    <!-- cells                            the figures of the table below
    columns: "wse3:4" | "h100:8"          of its second column and so on
    many.rows[column, row].time_per_token ~3
    -->

has an expression for all rows, or one for each row (`-` for none), in which `column` is the above and `row` the number in
the row's first cell. A cell without a number says that there is no figure; a word has to be the same word. And `<!-- output of one -->` stands before
a fenced block whose lines the command prints, in that order, with `[...]` where some are left out.
"""
import re

from documents import page as pages
from documents.digits import WORDS, WRITTEN, value_of, write
from documents.outputs import CommandFailed, Tree

SIZE = re.compile(r"(?<![\w.,-])\d+x\d+(?!\w)")
CELL_NUMBER = re.compile(rf"(?<![\w.,-]){WRITTEN}(?!\w)")
NUMBER = re.compile(rf"{CELL_NUMBER.pattern}|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


def percent(share):
    return None if share is None else 100 * share


class Report:
    """A named command in an expression: its JSON, and `text` for what it prints otherwise."""

    def __init__(self, outputs, name):
        self._outputs, self._name = outputs, name

    def text(self, pattern):
        found = re.search(pattern, self._outputs.text(self._name), re.MULTILINE)
        if not found:
            raise KeyError(f"'{self._name}' prints nothing like {pattern}")
        return found[1] if SIZE.fullmatch(found[1]) else value_of(found[1])

    def __getattr__(self, key):
        return getattr(self._outputs.json(self._name), key)

    def __getitem__(self, key):
        return self._outputs.json(self._name)[key]

    def __iter__(self):
        return iter(self._outputs.json(self._name))


def size(place):
    return f"{place.columns}x{place.rows}"


FUNCTIONS = {each.__name__: each for each in (percent, size, len, max, min, sum, abs, round, next)}


class Figures:
    def __init__(self, outputs, commands):
        self._outputs, self._commands = outputs, commands
        self._names = {**FUNCTIONS, **{name: Report(outputs, name) for name in commands}}
        self.checked, self.problems, self._failures = 0, [], []

    def names_in(self, page):
        """Pairs of a command's name and the form in which the page's figures read it."""
        expressions = [match["expression"] for match in pages.MARK.finditer(page.text)]
        expressions += [line for match in pages.CELLS.finditer(page.text) for line in match["rows"].splitlines()]
        for expression in expressions:
            for name in re.findall(r"(?<![\w.\"])([a-z]\w*)(?=[.\[])", expression):
                yield name, "text" if f"{name}.text(" in expression else "json"
        for match in pages.OUTPUT.finditer(page.text):
            yield match[1], "text"

    def mended(self, page):
        """The page's text with every figure as its command has it now; what differs is in `problems`."""
        text = pages.CELLS.sub(lambda match: self._cells(page, match), page.text)
        text = pages.OUTPUT.sub(lambda match: self._output(page, match), text)
        pieces, at = [], 0
        for mark in pages.MARK.finditer(text):
            pieces += [self._marked(page, text, at, mark), mark[0]]
            at = mark.end()
        return "".join(pieces) + text[at:]

    def _value(self, expression, place, **values):
        """(value, significant digits or None), or None where the expression has none."""
        expression, _, significant = expression.partition("~")
        try:
            value = eval(expression.strip(), {"__builtins__": {}, **self._names, **values})
            return value, int(significant) if significant else None
        except CommandFailed as failure:
            if failure not in self._failures:  # once, not for each of its figures
                self._failures.append(failure)
                self.problems.append(f"{place}: {failure}")
        except Exception as error:  # whatever an expression can do wrong, the page's author has to hear
            self.problems.append(f"{place}: {expression.strip()}: {error}")
        return None

    def _marked(self, page, text, at, mark):
        before, place = text[at:mark.start()], f"{page.name}:{text.count(chr(10), 0, mark.start()) + 1}"
        plain = pages.blanked(before, r"<!--.*?-->")
        result = self._value(mark["expression"], place)
        if result is None:
            return before
        value, significant = result
        numbers = list((SIZE if isinstance(value, str) else NUMBER).finditer(plain, plain.rfind("\n\n") + 1))
        last = numbers[-1] if numbers else None
        if not last:
            self.problems.append(f"{place}: no number stands before {mark[0]}")
            return before
        self.checked += 1
        if isinstance(value, bool) or not isinstance(value, (int, float)) and not SIZE.fullmatch(str(value)):
            self.problems.append(f"{place}: {mark['expression']} is {value!r}, not a number")
            return before
        now = value if isinstance(value, str) else write(value, last[0], significant)
        if now != last[0]:
            self.problems.append(f"{place}: {last[0]} is {now} now: {mark['expression']}")
        return before[:last.start()] + now + before[last.end():]

    def _cells(self, page, match):
        place, line = page.place(match.start("table")), page.line_of(match.start("table"))
        said = match["columns"].split(" | ")
        columns = [self._value(each, place) for each in said]
        expressions = [each for each in match["rows"].splitlines() if each.strip()]
        rows = match["table"].splitlines()
        if None in columns or len(expressions) not in (1, len(rows) - 2):
            self.problems.append(f"{place}: {len(expressions)} expressions for {len(rows) - 2} rows of cells")
            return match[0]
        for number, row in enumerate(rows[2:]):
            expression = expressions[0 if len(expressions) == 1 else number].strip()
            if expression == "-":
                continue
            cells = re.split(r"(?<!\\)\|", row)  # before the first bar, the row's name, the cells, behind the last
            if len(cells) != len(columns) + 3:
                self.problems.append(f"{page.name}:{line + 2 + number}: {len(cells) - 3} cells for {len(columns)} columns")
                continue
            name = CELL_NUMBER.search(cells[1])
            for i, (column, _) in enumerate(columns, 2):
                cells[i] = self._cell(f"{page.name}:{line + 2 + number}", cells[i], expression, column, said[i - 2],
                                      value_of(name[0]) if name else cells[1].strip())
            rows[2 + number] = "|".join(cells)
        return match[0][:match.start("table") - match.start()] + "\n".join(rows) + "\n"

    def _cell(self, place, cell, expression, column, said, row):
        result = self._value(expression, place, column=column, row=row)
        if result is None or "<!--=" in cell:
            return cell
        value, significant = result
        self.checked += 1
        if isinstance(value, str):  # a word, as what bounds a machine
            if value != cell.strip():
                self.problems.append(f"{place}: '{cell.strip()}' is '{value}' now: {expression} for {said}")
            return f" {value} " if value else " "
        found = CELL_NUMBER.search(cell)
        if value is None or isinstance(value, Tree):
            if found:
                self.problems.append(f"{place}: '{cell.strip()}', where {expression} has no figure now")
            return cell
        if not found:
            self.problems.append(f"{place}: '{cell.strip()}', where {expression} is {value:.6g} for {said} now")
            return cell
        now = write(value, found[0], significant)
        if now != found[0]:
            self.problems.append(f"{place}: {found[0]} is {now} now: {expression} for {said}")
        return cell[:found.start()] + now + cell[found.end():]

    def _output(self, page, match):
        place, name = page.place(match.start()), match[1]
        if name not in self._commands:
            self.problems.append(f"{place}: no command is called '{name}'")
            return match[0]
        try:
            printed = self._outputs.text(name).splitlines()
        except CommandFailed as failure:
            self.problems.append(f"{place}: {failure}")
            return match[0]
        if words(match[3]) in words("\n".join(printed)):  # a message that is printed in one line and shown in several
            self.checked += 1
            return match[0]
        lines, at = [], 0
        for line in match[3].splitlines():
            if line.strip() in ("", "[...]"):
                lines.append(line)
                continue
            self.checked += 1
            here = next((i for i in range(at, len(printed)) if printed[i].rstrip() == line.rstrip()), None)
            if here is None:  # the same words with other numbers
                here = next((i for i in range(at, len(printed)) if skeleton(printed[i]) == skeleton(line)), None)
                said = f"is now: {printed[here].strip()}" if here is not None else "is not printed"
                self.problems.append(f"{place}: '{line.strip()}' {said}")
            lines.append(line if here is None else printed[here].rstrip())
            at = at if here is None else here + 1
        return f"<!-- output of {name} -->\n{match[2]}" + "\n".join(lines) + f"\n{match[4]}"


def words(text):
    return " ".join(text.split())


def skeleton(line):
    """A printed line without its figures and bars."""
    return re.sub(r"[\s#]+", " ", re.sub(r"\d[\d,.x]*", "0", line)).strip()
