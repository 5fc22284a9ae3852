"""What the commands print that figures in documents come from. Each is run once, by `Outputs`, in one folder for all."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile

SECONDS = 300  # until a command counts as stuck


class Tree:
    """JSON as expressions of figures read it.

    `a.b` is the value of the key b; of a report also one of its summary; of a list the entry whose name that is.
    `a["wse3:4", 4096]` is the entry of a list in which each of these is the value of some key, `a[{"batch": 2}]` the one
    in which that key has that value.
    """

    def __init__(self, value):
        self._value = value

    def __getattr__(self, key):
        value = self._value
        if isinstance(value, list):
            return self[key]
        if key not in value and isinstance(value.get("summary"), dict):
            value = value["summary"]
        if key not in value:
            raise KeyError(f"no '{key}' among {', '.join(value)}")
        return tree(value[key])

    def __getitem__(self, wanted):
        value = self._value
        if isinstance(value, dict) or isinstance(wanted, int) and isinstance(value, list):
            return tree(value[wanted])
        if isinstance(wanted, dict):
            found = [entry for entry in value if all(same(entry[key], each) for key, each in wanted.items())]
            if len(found) != 1:
                raise KeyError(f"{len(found)} entries with {wanted}")
            return tree(found[0])
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        for entry in value:
            if all(any(same(cell, each) for cell in entry.values()) for each in wanted):
                return tree(entry)
        raise KeyError(f"no entry with {wanted}")

    def keys(self):
        return self._value.keys()

    def __iter__(self):
        return (tree(each) for each in self._value)

    def __len__(self):
        return len(self._value)


def same(cell, wanted):
    if isinstance(cell, bool) or isinstance(wanted, bool):
        return cell is wanted
    if isinstance(wanted, (int, float)):
        return isinstance(cell, (int, float)) and abs(cell - wanted) <= 1e-9 * abs(wanted)
    return cell == wanted


def tree(value):
    return Tree(value) if isinstance(value, (dict, list)) else value


class CommandFailed(Exception):
    pass


class Outputs:
    """The output of commands by name, each run once, two at a time where there is more than one core."""

    def __init__(self, program, commands, remember=None):
        """With `remember`, a file: outputs of the same program (by its time and size) are taken from there and kept there."""
        self._commands = commands  # name -> command
        self._folder = tempfile.TemporaryDirectory()
        place = pathlib.Path(self._folder.name) / "bin"
        place.mkdir()
        (place / "scribeline").symlink_to(pathlib.Path(program).resolve())
        path = f"{place}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
        self._done = {}
        self._remember = remember and pathlib.Path(remember)
        self._built = str([os.stat(program).st_mtime_ns, os.stat(program).st_size])
        if self._remember and self._remember.is_file():
            kept = json.loads(self._remember.read_text(encoding="utf-8"))
            if kept["built"] == self._built:
                self._done = {(command, form): said for command, form, said in kept["outputs"]}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._remember:
            outputs = [[*job, said] for job, said in self._done.items() if isinstance(said, str)]
            self._remember.write_text(json.dumps({"built": self._built, "outputs": outputs}), encoding="utf-8")
        self._folder.cleanup()

    def run_all(self, wanted):
        """Runs what is wanted: pairs of a name and "json" or "text". What fails is told when it is asked for."""
        jobs = {(self._commands[name], form) for name, form in wanted if name in self._commands} - set(self._done)
        with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            for job, result in zip(jobs, pool.map(lambda job: self._run(*job), jobs)):
                self._done[job] = result

    @property
    def ran(self):
        return len({command for command, _ in self._done})

    def json(self, name):
        said = self._get(name, "json")
        return tree(json.loads(said))

    def text(self, name):
        return self._get(name, "text")

    def _get(self, name, form):
        self.run_all([(name, form)])
        result = self._done[self._commands[name], form]
        if isinstance(result, Exception):
            raise result
        return result

    def _run(self, command, form):
        *before, last = command.split(" && ")
        script = "".join(f"{each} > before.txt\n" for each in before)
        expected = 0
        if "# exit " in last:
            last, expected = last.split("# exit ")[0].strip(), int(last.split("# exit ")[1])
        folder = tempfile.mkdtemp(dir=self._folder.name)
        try:
            done = subprocess.run(
                ["bash", "-c", f"set -eo pipefail\n{script}{last}{' --format json' if form == 'json' else ''}"], cwd=folder,
                env=self._environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return CommandFailed(f"not done after {SECONDS} s: {command}")
        if done.returncode != expected:
            return CommandFailed(f"exit {done.returncode}: {command}\n{(done.stdout + done.stderr)[-1000:]}")
        return done.stdout
