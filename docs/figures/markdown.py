"""The computed parts of a Markdown text, and how they are replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

MARK = "<!-- figure: "
FIGURE = re.compile(
    rf"(?P<head>^{MARK}(?P<name>[\w.-]+) -->\n)(?P<text>.*?)(?P<foot>^<!-- end -->)", re.DOTALL | re.MULTILINE
)
CONSOLE = re.compile(r"(?P<head>^```console\n)(?P<text>.*?)(?P<foot>^```$)", re.DOTALL | re.MULTILINE)
PROMPT = "$ "

Figures = Mapping[str, Callable[[], str]]
Shell = Callable[[str], str]


def names(text: str) -> list[str]:
    """The figures that a text marks, in order."""
    return [match["name"] for match in FIGURE.finditer(text)]


def standing(text: str, name: str) -> str:
    """A figure as it stands in a text."""
    return next(match["text"] for match in FIGURE.finditer(text) if match["name"] == name)


def regenerated(text: str, figures: Figures, shell: Shell) -> str:
    """The text with every figure and every output of a command computed anew.

    figures: what computes a figure, by name; shell: what a command line prints. Raises ValueError where a text marks a
    figure that nothing computes, or lacks one that something does.
    """
    marked = names(text)
    begun = sum(line.startswith(MARK) for line in text.splitlines())
    if sorted(marked) != sorted(figures) or begun != len(marked):
        raise ValueError(f"{begun} figures begin, marked with an end: {sorted(marked)}, computed: {sorted(figures)}")
    text = FIGURE.sub(lambda match: match["head"] + figures[match["name"]]().strip() + "\n" + match["foot"], text)
    return CONSOLE.sub(lambda match: match["head"] + _session(match["text"], shell) + match["foot"], text)


def _session(text: str, shell: Shell) -> str:
    """A block of commands, each with what it prints."""
    return "".join(f"{PROMPT}{command}\n{shell(joined(command)).strip()}\n" for command in prompted(text))


def prompted(text: str) -> list[str]:
    """The commands of a console block; one that ends in a backslash goes on in the next line."""
    return [found.removeprefix(PROMPT) for found in re.findall(r"^\$ (?:.*\\\n)*.*$", text, re.MULTILINE)]


def joined(command: str) -> str:
    """A command in one line."""
    return re.sub(r"\s*\\\n\s*", " ", command)


def difference(written: str, computed: str) -> str:
    """The first line that differs, as it stands and as it is computed; empty where the texts are equal."""
    if written == computed:
        return ""
    old, new = written.splitlines(), computed.splitlines()
    least = min(len(old), len(new))
    at = next((i for i in range(least) if old[i] != new[i]), least)
    stands, found = (lines[at] if at < len(lines) else "(no line)" for lines in (old, new))
    return f"line {at + 1}\n  stands:   {stands}\n  computed: {found}"
