"""Numbers with their nouns."""

from __future__ import annotations


def counted(number: float, noun: str) -> str:
    """The number and its noun, in the plural unless there is one of it.

    >>> counted(1, "replica"), counted(12500, "KV token"), counted(0.5, "request")
    ('1 replica', '12,500 KV tokens', '0.5 requests')
    """
    text = f"{number:,}" if isinstance(number, int) else f"{number:g}"
    return f"{text} {noun}{'' if number == 1 else 's'}"
