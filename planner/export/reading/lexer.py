"""Words of a shell text as a shell would see them, as far as a launch line needs it; nothing is run or expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.errors import InputError
from planner.export.reading.bounds import Expansion

# Stands for a dollar that is data, as in single quotes.
LITERAL = "\ue000"
SEPARATORS = ("\n", ";", ";;", "&", "&&", "|", "||", "(", ")")
REDIRECTS = (">", ">>", "<", "<<", "<<<", ">&", "&>", "2>")
OPERATORS = sorted({*SEPARATORS, *REDIRECTS} - {"2>"}, key=len, reverse=True)
OPERATOR = re.compile("|".join(re.escape(operator) for operator in OPERATORS))
# Letters that stand for themselves wherever they are.
RUN = re.compile(r"[^'\"\\$# \t\r\n;&|()<>]+")
NAME = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|([A-Za-z_]\w*))")
# The beginning of a path of Windows, whose backslashes are no quotes; lines end in a caret or a grave accent there.
WINDOWS = re.compile(r"(?:--?[\w-]+=)?(?:[A-Za-z]:|\.{1,2})(?:\\.*)?", re.DOTALL)
# Letters of a word in which such a beginning ends.
MOST_FLAG = 200
GOES_ON = re.compile(r"\\\r?\n|(?<=\s)[\^`]\r?\n")
BARE = re.compile(r"\$([A-Za-z_]\w*)")
ASSIGNED = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command: its words, and the file that its output goes to, empty where it goes to none."""

    words: tuple[str, ...]
    output: str = ""


def commands(text: str) -> list[Simple]:
    """The simple commands of a text, in order; words keep their variables. Raises InputError for an open quote."""
    found: list[Simple] = []
    words: list[str] = []
    output, pending = "", ""
    for kind, value in [*_tokens(text), ("op", "\n")]:
        if kind == "word" and pending:
            output, pending = (value, "") if pending in (">", ">>") else (output, "")
        elif kind == "word":
            words.append(value)
        elif value in REDIRECTS:
            if value.startswith((">", "<")) and words and words[-1].isdigit():
                words.pop()
            pending = value
        else:
            if words:
                found.append(Simple(tuple(words), output))
            words, output, pending = [], "", ""
    return found


def expanded(word: str, variables: Mapping[str, str], counted: Expansion | None = None) -> str:
    """A word with the variables that are known; others stay as they stand. counted: what the text added before; raises
    ExcessError where it becomes too much.

    >>> expanded("$M/${N:-x}/$O", {"M": "a"})
    'a/x/$O'
    """
    added = Expansion() if counted is None else counted

    def value(match: re.Match[str]) -> str:
        name = match.group(1) or match.group(3)
        return put(variables.get(name, match.group(2) if match.group(2) is not None else match.group(0)))

    def put(found: str) -> str:
        added.add(len(found))
        return found

    if "$" in word:
        # Behind the last bracket no `${` is closed; to look for its end from each of them takes quadratic time.
        end = word.rfind("}") + 1
        tail = BARE.sub(lambda match: put(variables.get(match.group(1), match.group(0))), word[end:])
        word = NAME.sub(value, word[:end]) + tail
    return word.replace(LITERAL, "$")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text = GOES_ON.sub(" ", text)
    word: str | None = None
    i = 0
    while i < len(text):
        c = text[i]
        if c in "'\"":
            part, i = _quoted(text, i)
            word = (word or "") + part
        elif c == "\\" and word is not None and WINDOWS.fullmatch(word[:MOST_FLAG]):
            word = word + c
            i += 1
        elif c == "\\" and i + 1 < len(text):
            word = (word or "") + text[i + 1].replace("$", LITERAL)
            i += 2
        elif c == "$" and i + 1 < len(text) and text[i + 1] in "({":
            end = _closed(text, i + 1)
            word = (word or "") + text[i:end]
            i = end
        elif c == "#" and word is None:
            end = text.find("\n", i)
            i = len(text) if end < 0 else end
        elif c in " \t\r":
            if word is not None:
                yield "word", word
            word, i = None, i + 1
        else:
            operator = OPERATOR.match(text, i)
            if operator:
                if word is not None:
                    yield "word", word
                yield "op", operator.group()
                word, i = None, operator.end()
            else:
                run = RUN.match(text, i)
                end = run.end() if run else i + 1
                word = (word or "") + text[i:end]
                i = end
    if word is not None:
        yield "word", word


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The text in quotes that begin at `start`, and where it goes on."""
    mark, i, parts = text[start], start + 1, list[str]()
    while i < len(text) and text[i] != mark:
        if mark == '"' and text[i] == "\\" and i + 1 < len(text) and text[i + 1] in '$`"\\':
            parts.append(text[i + 1].replace("$", LITERAL))
            i += 2
            continue
        parts.append(text[i].replace("$", LITERAL) if mark == "'" else text[i])
        i += 1
    if i >= len(text):
        raise InputError(f"--from-command: the quote {text[start : start + 40]!r} is not closed")
    return "".join(parts), i + 1


def _closed(text: str, start: int) -> int:
    """Where a bracket that opens at `start` is closed; the end of the text where it is not."""
    pairs = {"(": ")", "{": "}"}
    opened, closed, depth = text[start], pairs[text[start]], 0
    for i in range(start, len(text)):
        depth += (text[i] == opened) - (text[i] == closed)
        if depth == 0:
            return i + 1
    return len(text)
