"""A report whose model, provider, machine, GPU and APIs have names that try something."""

from __future__ import annotations

import json

from planner.document.record import Report
from planner.document.written import as_json
from planner.words import inert

FORMULA, SCRIPT, SHELL = '=HYPERLINK("http://x")', "<script>alert(1)</script>", '"; rm -rf ~ #'
PIPE, TURNED, STEERS = "a | b | [c](http://d) `e` *f* $g$", "evil\u202egnp.\u2066exe", "\x1b[2Jclear\x07"
NAMES = {
    "meta-llama/Llama-3.1-8B-Instruct": SCRIPT, "runpod": FORMULA, "1x_L40S_SECURE": SHELL, "L40S": TURNED,
    "a/dear": PIPE, "a/cheap": STEERS,
}  # fmt: skip
SHOWN = [inert(name) for name in NAMES.values()]


def bent(report: Report) -> Report:
    """The report with each name replaced wherever it stands."""
    text = as_json(report).decode("ascii")
    for name, trick in NAMES.items():
        assert name in text, name
        text = text.replace(name, json.dumps(trick)[1:-1])
    return Report.model_validate_json(text).model_copy(update={"title": f"{SCRIPT} {FORMULA}"})
