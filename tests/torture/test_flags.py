"""Whatever is given to a flag: an answer, or one line and an exit code that is documented."""

from __future__ import annotations

import os
import random
import re
import resource
import time
from pathlib import Path

import click
import pytest

from planner.cli import crash
from planner.cli.app import cli
from planner.cli.main import main
from tests.consistency.drawn import TORTURE
from tests.torture.forms import CHEAP, FORMS, NOWHERE, form, written

pytestmark = pytest.mark.usefixtures("crossings_of_the_same_machines", "some_start_up_logs", "planners_share_a_context")

RUNS = int(os.environ.get("GPUPLAN_TORTURE_RUNS", "1000")) if TORTURE else 12
SEED = int(os.environ.get("GPUPLAN_TORTURE_SEED", "0")) or (time.time_ns() // 10**9 if TORTURE else 1)
MOST_S, MOST_MB = 5.0, 500.0
WORDS = (
    "", " ", "-", "--", "nan", "inf", "-inf", "0", "-1", "-0.0", "1e-308", "1e308", "1e999", "1e-9", "9" * 400,
    "9" * 5000, "0x10", "1_0", "\x1b[2J", "\x9b2J", "\u202e", "\udcff", "a\nb", "x" * 10_000, "../x",
    "/dev/zero", "/dev/full", "/proc/self/mem", "/proc/nowhere/x", ".", "~nouser/x", "=cmd()", "<script>", "true",
    "null", "[]", "1:2:3",
    "1e6", "100000", "2", "0.5", "fp8", "int4", "H100", "q", "json", "csv", "md", "table", "vllm", "llama.cpp",
    "eagle:3", "mtp", "draft:Qwen/Qwen3-0.6B:4", "2026-01-01", "9999-12-31", "0000-00-00", "MMLU", "azure-code",
    "Qwen/Qwen3-30B-A3B", "config.json", "bench.json", "small.toml", "fleet.toml", "start.log", "old.json", "own.csv",
    "templates", "own", "o.html", "o.xlsx", "o.json", "o.pdf", "o.md", "o.csv", "o.jsonl", "o.svg", "rate=1:2:lin3",
    "rate=1:2:lin99999999",
)  # fmt: skip
# Numbers that most flags take.
NUMBERS = ("0", "1", "2", "4", "0.25", "0.9", "100", "3000", "1e-6", "1e5", "40000", "1e9")
# What an answer never says, but where it repeats what was given, or is a script (`math.inf`).
NO_NUMBER = re.compile(r"(?<![\w.'\"])-?(nan|NaN|inf|Infinity)(?![\w'\"])")
# Flags that open a browser's port, a network or the terminal.
LEFT_OUT = {"--online", "--help", "--web", "--host", "--port", "--dask"}


def drawn(rng: random.Random) -> list[str]:
    """A command with one to three flags of its own and values of any kind."""
    command = rng.choice(tuple(FORMS) if TORTURE else CHEAP)
    found = cli.get_command(click.Context(cli), command)
    assert found is not None
    options = [p for p in found.params if isinstance(p, click.Option) and not LEFT_OUT & set(p.opts)]
    args = [*form(command, rng), *([] if options else [rng.choice(WORDS)])]
    for _ in range(rng.randint(1, 3) if options else 0):
        option = rng.choice(options)
        args.append(max(option.opts, key=len))
        if not option.is_flag:
            args += [_word(option, rng) for _ in range(option.nargs)]
    return [arg for arg in args if "\0" not in arg]


def _word(option: click.Option, rng: random.Random) -> str:
    if rng.random() < 0.5:
        return rng.choice(WORDS)
    return rng.choice(list(option.type.choices) if isinstance(option.type, click.Choice) else NUMBERS)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Names that lead up lead to no other test.
    here = tmp_path / "one" / "two"
    here.mkdir(parents=True)
    written(here)
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    monkeypatch.setattr(crash, "folder", lambda: tmp_path / "faults")
    monkeypatch.setattr("tui.start.run", lambda *_: None)  # needs a terminal
    monkeypatch.setattr("planner.cli.tui._check_terminal", lambda: None)
    return tmp_path


def test_every_command_is_asked() -> None:
    assert set(FORMS) == set(cli.list_commands(click.Context(cli)))
    assert not any(isinstance(cli.get_command(click.Context(cli), name), click.Group) for name in FORMS)
    assert set(CHEAP) < set(FORMS)


# Those that are drawn here, and one of each command whose forms are drawn with GPUPLAN_TORTURE=1.
ASKED = {name: forms if TORTURE or name in CHEAP else forms[:1] for name, forms in FORMS.items()}


@pytest.mark.parametrize("args", [[name, *words] for name, forms in ASKED.items() for words in forms], ids=" ".join)
@pytest.mark.usefixtures("place")
def test_what_flags_are_put_to_is_a_question(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise whatever is drawn is refused for another reason."""
    assert main(args) in ((0, 1) if NOWHERE not in args else (74,)), capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_any_flags_give_an_answer_or_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    codes: dict[int, int] = {}
    slowest, broken = 0.0, []
    for number in range(RUNS):
        args = drawn(random.Random(f"{SEED}-{number}"))
        began = time.process_time()
        code = main(args)
        spent = time.process_time() - began
        out, err = capsys.readouterr()
        codes[code] = codes.get(code, 0) + 1
        slowest = max(slowest, spent)
        sound = code in (0, 1, 2, 74) and (code in (0, 1) or (err.count("\n") == 1 and not out))
        # A folder may be called so, and stands in the answer; a row's error repeats a number that is too large.
        named = any(NO_NUMBER.search(arg) or "9" * 400 in arg for arg in args)
        sound = sound and not (code in (0, 1) and not named and NO_NUMBER.search(out))
        if not sound or spent > MOST_S or not (out + err).replace("\n", "").isprintable():
            broken.append(f"{number}: {code} {spent:.1f} s {[arg[:60] for arg in args]}: {(err or out)[-2000:]!r}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"seed {SEED}: codes {codes}, slowest {slowest:.1f} s, at most {most:.0f} MB")
    assert not broken, "\n".join([f"seed {SEED}", *broken])
    # Of the whole process; what ran before in it counts, too.
    assert most < MOST_MB or not TORTURE
    assert codes.get(2, 0) > RUNS / 4
    assert codes.get(0, 0) > 0
