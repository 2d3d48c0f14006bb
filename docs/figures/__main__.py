"""`make docs`: write every computed part of the documents."""

from __future__ import annotations

import sys

from docs.figures.commands import documents
from docs.figures.pages import computed
from docs.figures.samples import changed
from planner.writing import replacing


def main() -> int:
    """Write the documents whose computed parts differ, and the sample reports that do, and name them."""
    for path in documents():
        written, text = path.read_text(encoding="utf-8"), computed(path)
        if text != written:
            with replacing(path) as out:
                out.write(text)
            print(f"{path.name}: written anew", file=sys.stderr)
    for name in changed():
        print(f"{name}: written anew", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
