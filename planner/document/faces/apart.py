"""The process that `confined` starts: one job, its data on standard input, document or error on standard output."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from planner.document.faces import html, pdf
from planner.document.faces.confined import MOST_OUTPUT_BYTES, REFUSED, bound, said
from planner.errors import InputError


def done(job: str, given: dict[str, Any]) -> bytes:
    """The document. Raises InputError for whatever a template does."""
    jobs = {"html": html.page, "md": html.text, "pdf": pdf.compiled}
    try:
        return jobs[job](given["data"], Path(given["template"]))
    except BaseException as error:  # typst's panics are no Exception
        raise InputError(said(error, given["template"])) from None


def main() -> int:
    given = json.loads(sys.stdin.buffer.read())
    bound(int(sys.argv[2]))
    try:
        found = done(sys.argv[1], given)
        if len(found) > MOST_OUTPUT_BYTES:
            raise InputError(f"--template: {given['template']}: makes more than {MOST_OUTPUT_BYTES:,} bytes")
    except InputError as error:
        sys.stdout.buffer.write(str(error).encode("utf-8", "replace"))
        return REFUSED
    sys.stdout.buffer.write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
