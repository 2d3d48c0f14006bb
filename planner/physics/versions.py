"""Versions of engines, builds and days, in their order."""

from __future__ import annotations

import re

# llama.cpp counts its builds.
BUILD = re.compile(r"\s*b?(\d{3,6})(?![\d.])")


def reached(version: str, since: str, released: str) -> bool:
    """Whether a version, build or day is that of a change, or later."""
    date = re.match(r"\s*(20\d\d-\d\d(?:-\d\d)?)", version)
    return date.group(1) >= released if date else version_key(version) >= version_key(since)


def version_key(version: str) -> tuple[int, ...]:
    """Comparable form of the leading number of a version, or of a build (`b6325`, `4400`); what has none (`main`,
    `0.1.dev`) is the newest."""
    build = BUILD.match(version)
    if build:
        return (int(build.group(1)),)
    match = re.match(r"\s*v?(\d+(?:\.\d+)+)", version)
    if match is None or re.match(r"\s*v?0\.1\.dev", version):
        return (10**6,)
    return tuple(int(part) for part in match.group(1).split(".")[:3])
