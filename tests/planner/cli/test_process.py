"""The command line as a process: interrupts, streams that take no more, faults."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planner.cli import app, crash
from planner.cli.main import main
from tests.consistency.drawn import TORTURE
from tests.models_db.conftest import LLAMA

GPUPLAN = [sys.executable, "-m", "planner.cli.main"]
PLAN = ["plan", "-m", "Qwen/Qwen3-8B", "-g", "L40S", "--rate", "1"]
# A module of the program's own and one of others; more of them with GPUPLAN_TORTURE=1.
IMPORTED = ("planner.cli.app", "pydantic", *(("click", "numpy") if TORTURE else ()))
# Sends the interrupt to itself while a module is imported, and runs as the installed script does.
DURING_IMPORT = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["gpuplan", *{args!r}]
from planner.cli.main import main
sys.exit(main())
"""
DURING_WORK = """
import os, signal, sys
import planner.plan.explore
def explore(*args):
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        pass
planner.plan.explore.explore = explore
sys.argv = ["gpuplan", *{args!r}]
from planner.cli.main import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "code",
    [DURING_IMPORT.format(module=name, args=PLAN) for name in IMPORTED]
    + [DURING_IMPORT.format(module="numpy._core.multiarray", args=PLAN), DURING_WORK.format(args=PLAN)],
)
def test_an_interrupt_is_one_line_at_any_time(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "gpuplan: interrupted\n")


@pytest.mark.parametrize(
    "args", [[], ["--version"], ["gpus", "--format", "json"],
             *([["--help"], ["plan", "--help"], ["schema", "plan"], ["estimate", *PLAN[1:5]]] if TORTURE else [])],
)  # fmt: skip
def test_a_full_disk_is_one_line_and_its_own_exit_code(args: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*GPUPLAN, *args], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (74, "gpuplan: standard output: No space left on device\n")


def test_a_closed_standard_output_is_one_line_and_no_answer() -> None:
    command = f"exec {shlex.join([*GPUPLAN, 'gpus'])} >&-"
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (74, "gpuplan: standard output: is closed\n")
    silent = subprocess.run(["sh", "-c", f"{command} 2>&-"], check=False, timeout=60)
    assert silent.returncode == 74


def test_a_closed_standard_error_is_no_matter_of_the_answer() -> None:
    command = f"exec {shlex.join([*GPUPLAN, 'formats', '--format', 'json'])} 2>&-"
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, text=True, check=False, timeout=60)
    assert done.returncode == 0
    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("args", "code"),
    [(PLAN, 0), (["tui"], 2), *([(["nosuch"], 2), (["calibrate", "/dev/null", "-g", "L40S"], 2)] if TORTURE else [])],
)
def test_a_closed_standard_error_moves_nothing_to_standard_output(args: list[str], code: int) -> None:
    """Neither what is wrong, nor how far the work is."""
    line = ["sh", "-c", '"$@" 2>&-', "sh", *GPUPLAN, *args]
    done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == code
    assert bool(done.stdout) == (code == 0)
    assert "gpuplan:" not in done.stdout


def test_the_interface_needs_a_terminal() -> None:
    done = subprocess.run([*GPUPLAN, "tui"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("gpuplan: tui: needs a terminal")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_enough_is_no_error() -> None:
    with subprocess.Popen([*GPUPLAN, "models", "--format", "json"], stdout=-1, stderr=-1, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (0, "")


@pytest.mark.parametrize("place", ["/proc/x", "{file}/x", "/dev/null", "{folder}/" + "a" * 300])
def test_a_record_that_cannot_be_written_is_one_line_with_flag_and_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(LLAMA))
    target = place.format(file=config, folder=tmp_path)
    assert main(["import", str(config), "--save", target]) == 74
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gpuplan: --save: {target}"[:300])
    assert err.count("\n") == 1


def test_predictions_that_cannot_be_written_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    points = tmp_path / "points.csv"
    points.write_text("id,model,gpu,gpus,weight_format,kv_format,engine,isl,osl,concurrency,load\n")
    code = main(["validate", "--points", str(points), "--out", f"{points}/x.csv"])
    err = capsys.readouterr().err
    assert err.splitlines()[-1].startswith(f"gpuplan: --out: {points}/x.csv: cannot be written")
    assert code == 74


@pytest.mark.parametrize("fault", [ValueError("a\nfault"), KeyError("x"), RecursionError(), MemoryError()])
def test_a_fault_of_the_program_is_one_line_that_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Exception, tmp_path: Path
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise fault

    monkeypatch.setattr(app.cli, "main", broken)
    monkeypatch.setattr(crash, "folder", lambda: tmp_path)
    assert app.run(["plan"]) == 70
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert f"{type(fault).__name__}" in err
    assert "test_process.py:" in err
    monkeypatch.setenv("GPUPLAN_TRACEBACK", "1")
    with pytest.raises(type(fault)):
        app.run(["plan"])


def test_handlers_of_a_process_that_calls_it_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert main(["formats"]) == 0
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    "args", [["gpus"], *([["--help"], ["fit", "-m", "openai/gpt-oss-120b", "-g", "L4"]] if TORTURE else [])]
)
def test_a_closed_output_is_no_answer(args: list[str]) -> None:
    line = ["sh", "-c", '"$@" >&-', "sh", *GPUPLAN, *args]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (74, "gpuplan: standard output: is closed\n")


def test_a_closed_output_does_not_hide_what_is_wrong() -> None:
    line = ["sh", "-c", '"$@" >&-', "sh", *GPUPLAN, "gpus", "--what"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "--what" in done.stderr


def test_nothing_is_looked_through_at_the_end_of_a_process() -> None:
    code = (
        "import gc, sys; sys.argv = ['gpuplan', 'gpus']; from planner.cli.main import main; main(); "
        "print(len(gc.get_objects()), gc.get_freeze_count(), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    left, frozen = map(int, done.stderr.split())
    assert left < 1000 < frozen
