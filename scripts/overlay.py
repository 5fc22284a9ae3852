"""Builds a few sources again, changed or with other flags, and links them in front of the release build's libraries.

An object that stands before a library on the linker's line is taken in place of the library's own. So check-mutants
and check-fuzz compile the files that they are about and nothing else.
"""

import json
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build" / "release"


def write_if_changed(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)


def build_release(targets):
    subprocess.run([ROOT / "scripts" / "build", "release", *targets], check=True)


def compile_commands():
    """Words that the release build compiles each file with, without compiler, source, output and dependencies."""
    commands = {}
    for entry in json.loads((RELEASE / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        while not words[0].endswith(("c++", "g++", "clang++")):
            words = words[1:]  # a launcher
        kept, skip = [], False
        for word in words[1:]:
            if skip:
                skip = False
            elif word in ("-o", "-c", "-MF", "-MT", "-MQ"):
                skip = True
            elif word not in ("-MD", "-MMD", entry["file"]):
                kept.append(word)
        # Words that are relative to the folder that the compiler ran in.
        folder = pathlib.Path(entry["directory"])
        commands[str((folder / entry["file"]).resolve())] = kept
    return commands


def link_command(executable):
    """The release build's line for a test: all before its name, and objects and libraries behind it."""
    listed = subprocess.run(["ninja", "-C", str(RELEASE), "-t", "commands", "-s", f"tests/{executable}"],
                            check=True, capture_output=True, text=True).stdout
    mark = f" -o tests/{executable} "
    line = [line for line in listed.splitlines() if mark in line][-1]
    before, behind = line.split(mark, 1)
    return before.removeprefix(": && "), behind.split(" && ", 1)[0]


class Ninja:
    """A build file of compilers and linkers; links run in the folder of the release build."""

    def __init__(self, folder):
        self.folder = folder
        self.lines = ["rule compile", "  command = $line -MMD -MF $out.d -o $out -c $in", "  depfile = $out.d",
                      "  deps = gcc", "rule link", f"  command = cd {shlex.quote(str(RELEASE))} && $line"]

    @staticmethod
    def escape(path):
        return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")

    def add(self, rule, output, inputs, line):
        output.parent.mkdir(parents=True, exist_ok=True)
        self.lines += [f"build {self.escape(output)}: {rule} {' '.join(map(self.escape, inputs))}",
                       f"  line = {line.replace('$', '$$')}"]

    def run(self, jobs):
        """What the compilers said where they failed, or None."""
        write_if_changed(self.folder / "build.ninja", "\n".join(self.lines) + "\n")
        done = subprocess.run(["ninja", "-C", str(self.folder), "-j", str(jobs), "-k", "0", "--quiet"], capture_output=True,
                              text=True)
        return None if done.returncode == 0 else done.stdout[-6000:]
