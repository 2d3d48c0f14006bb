"""What the example of docs/api.md prints."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout

from docs.figures.markdown import Figures
from docs.figures.shell import ROOT, plain

PAGE = ROOT / "docs" / "api.md"
PYTHON = re.compile(r"^```python\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def examples(text: str) -> list[str]:
    """The blocks of Python of a text."""
    return [match["code"] for match in PYTHON.finditer(text)]


def first() -> str:
    """The output of the first example, run as it stands."""
    code = examples(PAGE.read_text(encoding="utf-8"))[0]
    out = io.StringIO()
    with plain(), redirect_stdout(out):
        exec(compile(code, PAGE.name, "exec"), {"__name__": "__main__"})
    return f"```text\n{out.getvalue()}```"


FIGURES: Figures = {"first": first}
