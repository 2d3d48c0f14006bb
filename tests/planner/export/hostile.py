"""Texts of users that are code somewhere: in a shell, YAML, JSON, a template, a URL, a terminal."""

from __future__ import annotations

from tests.consistency.drawn import TORTURE

PRINTABLE = (
    '"; touch CANARY; "', "'; touch CANARY; '", "$(touch CANARY)", "{{ .Values.x }}", "${HOME}", "$$(x)", "a: b", "*x",
    "# a", "yes", "1e3", "../../etc/passwd",
)  # fmt: skip
# More of them, with GPUPLAN_TORTURE=1.
MORE = (
    "`touch CANARY`", "a && touch CANARY", "a | touch CANARY", "$HOME", "%2e%2e", "- a", "&x", "{a",
    "!!python/object:os.system", "null", "a\\nb", "<script>", "javascript:x", "=cmd()", "~root/x",
    "[a", "GPUPLAN_END", "0x10", "1:30", "|", ">",
)  # fmt: skip
PRINTABLE += MORE if TORTURE else ()
UNPRINTABLE = ("a\nrm -rf ~", "a\rb", "a\x1b[2Jb", "a\u202eb", "a\x00b", "a\tb", "\u200fa", "a\x07")
