"""What every view has in common: it knows whether it is of an older question, and asks when it is looked at."""

from __future__ import annotations

from typing import ClassVar

from textual.containers import Vertical


class View(Vertical):
    """first: what has the focus when it comes up; lane: of the jobs whose failures it shows; with_form: whether the
    form stands beside it; about_question: whether it shows nothing until there is a question that is whole."""

    first: ClassVar[str] = ""
    lane: ClassVar[str] = ""
    with_form: ClassVar[bool] = True
    about_question: ClassVar[bool] = True

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.outdated = True

    def turn_stale(self) -> None:
        """What is seen is of an older question."""
        self.outdated = True

    def wake(self) -> None:
        """It is looked at, under a question that is whole where it is about one: post what it asks for, unless that is
        there."""

    def show_problem(self, text: str) -> None:
        """What is wrong with the question; a view that is not about it shows nothing."""

    def show_failure(self, text: str) -> None:
        """What is wrong with the job of its lane."""
        self.show_problem(text)

    def enter(self) -> None:
        """Give the focus to what is first."""
        if self.first:
            self.query_one(self.first).focus()
