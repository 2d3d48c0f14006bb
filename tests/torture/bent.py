"""Files bent at random: bytes turned, cut, doubled, and what breaks readers put in. The same seed bends alike."""

from __future__ import annotations

import random
import re

NASTY = (
    b"\0", b"\x1b[2J", b"\xff\xfe", b"\xc2\x9b", "\u202e".encode(), b"\xed\xa0\x80", b"\r", b"\n", b'"', b"'", b'"""',
    b"[", b"]", b"{", b"}", b"[[", b"=", b"#", b",", b"\\u0000", b"\\ud800", b"nan", b"-inf", b"1e308", b"1e-308",
    b"-1", b"0", b"1e999", b"null", b"true", b"[]", b"{}", b"[1]", b'{"a":1}', b"9" * 400, b"9" * 5000, b"0x10",
    b"1_000", b"2025-01-01", b"../../x", b"=cmd()", b"<script>", b"[" * 2000, b'{"a":' * 2000, b"a." * 2000,
    b"x" * 140_000, b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7, b"1e20",
    b"18446744073709551616", b"-9223372036854775809", b"$A", b"${A:-", b"$(", b"*a", b"&a ", b"&a [*a, *a]", b"<<: *a",
    b'!!int ""', b"!!bool x", b"!!timestamp x", b"!!python/name:os.system ", b"0x" + b"f" * 6000, b"$A " * 2000, b".",
)  # fmt: skip
LEVELS = range(1, 40)
# What grows, calls itself or stands inside of itself in a shell text or in YAML, as lines of their own.
LINES = (
    b"A=xxxxxxxxxxxxxxxx\n" + b"A=$A$A\n" * 40, b"X='sh -c \"$X\"'\nsh -c \"$X\"\n", b'sh -c "sh -c \'sh -c x\'"\n',
    b"a: &a [*a]\n", b"n0: &n0 [a, a]\n" + b"".join(b"n%d: &n%d [*n%d, *n%d]\n" % (i, i, i - 1, i - 1) for i in LEVELS),
    b"m0: &m0 {a: b}\n" + b"".join(b"m%d: &m%d {<<: [*m%d, *m%d]}\n" % (i, i, i - 1, i - 1) for i in LEVELS),
    b"---\n", b"#\n" * 1000, b"cat <<E\n", b"export A=$A$A$A$A\n" * 20,
)  # fmt: skip
VALUE = re.compile(rb"(?<=[=:,\[ ])[^\s=:,\[\]{}]+")


def bent(sound: bytes, rng: random.Random) -> bytes:
    """One to four changes of a sound file."""
    found = sound
    for _ in range(rng.randint(1, 4)):
        found = rng.choice((_turned, _cut, _doubled, _put_in, _lines, _value, _value, _value))(found, rng)
    return found


def _turned(found: bytes, rng: random.Random) -> bytes:
    if not found:
        return found
    at = rng.randrange(len(found))
    return found[:at] + bytes([rng.randrange(256)]) + found[at + 1 :]


def _cut(found: bytes, rng: random.Random) -> bytes:
    a, b = sorted(rng.randint(0, len(found)) for _ in range(2))
    return found[:a] if rng.random() < 0.3 else found[:a] + found[b:]


def _doubled(found: bytes, rng: random.Random) -> bytes:
    a = rng.randint(0, len(found))
    b = min(len(found), a + rng.randint(0, 200))
    return found[:b] + found[a:b] * rng.choice((1, 2, 50)) + found[b:]


def _put_in(found: bytes, rng: random.Random) -> bytes:
    at = rng.randint(0, len(found))
    return found[:at] + rng.choice(NASTY) + found[at:]


def _lines(found: bytes, rng: random.Random) -> bytes:
    """Lines of their own, or a line again and again, where a line begins."""
    lines = found.splitlines(keepends=True)
    at = rng.randint(0, len(lines))
    again = lines[at : at + 1] * rng.choice((2, 30)) if rng.random() < 0.3 else [rng.choice(LINES)]
    return b"".join([*lines[:at], *again, *lines[at:]])


def _value(found: bytes, rng: random.Random) -> bytes:
    """A value between two marks in another's place."""
    places = list(VALUE.finditer(found[:200_000]))
    if not places:
        return _put_in(found, rng)
    place = rng.choice(places)
    return found[: place.start()] + rng.choice(NASTY) + found[place.end() :]
