"""Sources of a document, each numbered once."""

from __future__ import annotations

from dataclasses import dataclass, field

from planner.document.record import CitedSource


@dataclass
class Cited:
    """Sources in the order in which they are first cited."""

    found: dict[tuple[str, str], CitedSource] = field(default_factory=dict)

    def cite(self, text: str, as_of: str = "") -> list[str]:
        """The id of a source, as a list of one; an empty text is no source."""
        if not text:
            return []
        key = text, as_of
        if key not in self.found:
            self.found[key] = CitedSource(id=f"S{len(self.found) + 1}", text=text, as_of=as_of)
        return [self.found[key].id]

    def all(self) -> list[CitedSource]:
        """The list for the appendix."""
        return list(self.found.values())
