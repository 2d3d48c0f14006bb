"""Names of users as data: what may stand in a target at all, comments, and labels made of any text."""

from __future__ import annotations

import re

from planner.errors import InputError
from planner.words import inert

LABEL_LETTERS = 63
# A label's value as Kubernetes takes it.
LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
WIDTH = 110


def checked(text: str, what: str) -> str:
    """The text itself; raises InputError where it has letters that steer a terminal or end a line, or begins as a flag
    does: no checkpoint and no machine is named so, and not every target can write it."""
    if text.startswith("-"):
        raise InputError(f"{what}: {text[:60]!r} begins with a dash, as flags do")
    if not text.isprintable():
        raise InputError(f"{what}: {text[:60]!r} has letters that are not printable")
    return text


def label(text: str) -> str:
    """A name that Kubernetes, Compose and SkyPilot take, made of any text.

    >>> label("meta-llama/Llama-3.3-70B-Instruct"), label("$(rm -rf ~)"), label("///")
    ('llama-3-3-70b-instruct', 'rm-rf', 'model')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.rpartition("/")[2].lower()).strip("-")[:40].strip("-")
    if not plain:
        return "model"
    return plain if plain[0].isalpha() else f"m-{plain}"


def comments(texts: list[str]) -> list[str]:
    """Texts as comment lines of a shell script or of YAML, broken between words; none of them can end its line early.
    A text that begins with a space is a command to copy, and stays on one line.

    >>> comments(["a\\nrm -rf ~"])
    ['# a rm -rf ~']
    """
    import textwrap

    lines: list[str] = []
    for text in map(inert, texts):
        wrapped = textwrap.wrap(
            text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        ) or [""]  # fmt: skip
        lines += [f"# {line}".rstrip() for line in ([text] if text.startswith(" ") else wrapped)]
    return lines
