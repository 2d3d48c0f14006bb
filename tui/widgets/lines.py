"""A line in several lengths: what does not fit is left out by what it says, never cut within a figure."""

from __future__ import annotations

# What does not fit ends so.
MORE = " …"
# One line in several lengths, the longest first; the shortest one is cut between words where not even that fits.
LineForms = tuple[str, ...]


def fitted(line: LineForms, width: int) -> str:
    """The longest form of a line that fits; of the shortest one as many words as do. A width of 0 is not known yet.

    >>> fitted(("$7.50 an hour, $5,479 a month", "$7.50 an hour"), 20)
    '$7.50 an hour'
    >>> fitted(("$7.50 an hour",), 9)
    '$7.50 …'
    """
    for text in line:
        if not width or len(text) <= width:
            return text
    kept: list[str] = []
    for word in line[-1].split(" "):
        if len(" ".join([*kept, word])) > width - len(MORE):
            break
        kept.append(word)
    return " ".join(kept).rstrip(",;:") + MORE


def shorter(*parts: str) -> LineForms:
    """A line of parts, without the last one, the last two, and so on."""
    return tuple("".join(parts[:n]) for n in range(len(parts), 0, -1))
