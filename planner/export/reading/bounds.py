"""How much of a text of another's making is followed: variables, shells within shells, aliases."""

from __future__ import annotations

from dataclasses import dataclass

from planner.errors import InputError

# Letters that variables and inner shells may add, all of a text together, and shells within each other.
MOST_LETTERS, MOST_SHELLS = 2**20, 16


class ExcessError(InputError):
    """A text that goes beyond a bound: it ends the reading, where another InputError leads to the next command."""


@dataclass
class Expansion:
    """What was added so far to one text."""

    letters: int = 0

    def add(self, letters: int) -> None:
        """Count letters before they are written; raises ExcessError."""
        self.letters += letters
        if self.letters > MOST_LETTERS:
            raise ExcessError(f"--from-command: variables expand to more than {MOST_LETTERS:,} letters")

    def enter(self, depth: int, letters: int) -> None:
        """Count the text of a shell at a depth; raises ExcessError."""
        if depth > MOST_SHELLS:
            raise ExcessError(f"--from-command: more than {MOST_SHELLS} shells within each other")
        self.add(letters)
