from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from docs.figures.commands import YOURS, commands, documents, problem
from docs.figures.shell import answer
from tests.consistency.drawn import TORTURE

SHELL = """
```sh
make plan   # a comment
# gpuplan no-command
gpuplan plan -m x \\
    --rate 2
```

Type `gpuplan tui`, then `make test`.

```toml
gpuplan = 1
```
"""


def test_commands_are_found_in_blocks_and_in_code_spans() -> None:
    assert commands(SHELL) == ["make plan", "gpuplan plan -m x --rate 2", "gpuplan tui", "make test"]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_command_of_the_documents_is_one(path: Path) -> None:
    assert {c: said for c in commands(path.read_text(encoding="utf-8")) if (said := problem(c))} == {}


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("gpuplan plam", "plam"),
        ("gpuplan plan --rte 2", "--rte"),
        ("gpuplan plan --rate two", "--rate"),
        ("gpuplan plan -w examples/no-such.toml", "no-such.toml"),
        ("make lunch", "lunch"),
        ("python -m planner.lunch", "planner.lunch"),
        ("rm -r .", "rm"),
    ],
)
def test_what_is_no_command_is_told(command: str, word: str) -> None:
    assert word in problem(command)


@pytest.mark.skipif(not TORTURE, reason="runs every command of the README: some minutes")
def test_every_command_of_the_readme_answers(tmp_path: Path) -> None:
    # Those that need a terminal, a file of the reader or a network.
    skipped = {"tui", "import", "simulate", "validate", "update"}
    for command in commands(documents()[0].read_text(encoding="utf-8")):
        words = shlex.split(command.partition(" | ")[0])
        if words[0] == "gpuplan" and len(words) > 2 and not skipped & set(words[1:3]) and not YOURS & set(words):
            files = [place + 1 for place, word in enumerate(words) if word == "-o"]
            for place in files:
                words[place] = str(tmp_path / words[place])
            said = answer(*words[1:])
            assert all(Path(words[place]).stat().st_size for place in files) if files else said, command
