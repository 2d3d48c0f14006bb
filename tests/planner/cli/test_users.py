"""Users in every command: one rate, told with its formula; what contradicts it is one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tomli_w

from planner.cli.main import main
from planner.request.reading import read_request
from tui.session import Session

SMALL = "meta-llama/Llama-3.1-8B-Instruct"
ONE = ["-m", SMALL, "-g", "L40S", "--isl", "800", "--osl", "200"]
COMMANDS = {
    "plan": ["--no-verify"], "quant": ["--weights", "bf16", "--kv", "bf16"], "estimate": [],
    "tco": ["--api", "openai/gpt-4o", "--on", "2026-01-15"], "simulate": ["--duration", "60"],
}  # fmt: skip
USERS = ["--users", "3000", "--active-share", "0.25", "--requests-per-user-hour", "12"]
THOUGHT = ["--users", "400", "--active-share", "0.25", "--think-time", "30"]


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answered(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[dict[str, object], list[str]]:
    """The answer without what it takes for granted, and that."""
    code, out, err = run(capsys, *args, "--format", "json")
    assert code == 0, err
    data = json.loads(out)
    data.pop("request", None)  # as it was asked
    return data, data.pop("assumptions", [])


@pytest.mark.parametrize("command", list(COMMANDS))
def test_users_are_the_rate_that_they_make_and_the_answer_says_so(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    args = [command, *ONE, *COMMANDS[command]]
    people, said = answered(capsys, *args, *USERS)
    rate, _ = answered(capsys, *args, "--rate", "2.5")
    assert people == rate
    formula = [text for text in said if text.startswith("3,000 users x 25 % active x 12 requests an hour = 2.5 requ")]
    assert len(formula) == 1
    assert " at once (Little's law: x " in formula[0]
    assert any(text.startswith("peak to mean: 1") for text in said)


@pytest.mark.parametrize("command", ["plan", "estimate", "simulate"])
def test_thinking_users_wait_for_answers(capsys: pytest.CaptureFixture[str], command: str) -> None:
    limits = [] if command == "estimate" else ["--ttft-p95", "2", "--tpot-p95", "0.1"]
    _, said = answered(capsys, command, *ONE, *COMMANDS[command], *THOUGHT, *limits)
    formula = next(text for text in said if text.startswith("400 users x 25 % active / (30 s of thinking + "))
    # 2 s and 199 gaps of 0.1 s within the limits of a plan; a named deployment has its own time.
    assert ("21.9 s of response) = 1.9 requests/s" in formula) is (command == "plan")
    assert any(("this design" if command != "plan" else "the limits allow") in text for text in said)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_a_volume_is_taken_wherever_a_rate_is(capsys: pytest.CaptureFixture[str], command: str) -> None:
    tokens = 1000 * 2.5 * 730.5 * 3600
    _, said = answered(capsys, command, *ONE, *COMMANDS[command], "--tokens-per-month", f"{tokens:.0f}")
    assert any("tokens a month / 1,000 tokens a request = 2.5 requests/s" in text for text in said)


def test_a_trace_is_played_at_the_rate_of_users_or_of_a_volume(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trace = tmp_path / "t.csv"
    trace.write_text("arrival_s,input_tokens,output_tokens\n" + "".join(f"{i},800,200\n" for i in range(40)))
    args = ["simulate", "-m", SMALL, "-g", "L40S", "--trace", str(trace)]
    wanted = run(capsys, *args, "--rate", "2.5", "--format", "json")
    assert wanted[0] == 0
    assert run(capsys, *args, *USERS, "--format", "json") == wanted
    volume = str(1000 * 2.5 * 730.5 * 3600)
    assert run(capsys, *args, "--tokens-per-month", volume, "--format", "json") == wanted
    assert "--think-time: is of drawn traffic" in run(capsys, *args, *THOUGHT)[2]


def test_command_and_interface_ask_the_same_of_users(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    flags = ["plan", *ONE, *THOUGHT, "--tpot-p95", "0.1", "--no-verify"]
    path, saved = tmp_path / "w.toml", tmp_path / "again.toml"
    tables = {
        "model": SMALL, "traffic": {"users": 400, "active_share": 0.25, "think_time_s": 30},
        "input_tokens": {"mean": 800}, "output_tokens": {"mean": 200}, "sla": {"tpot_p95_s": 0.1},
        "scope": {"gpus": ["L40S"]},
    }  # fmt: skip
    path.write_text(tomli_w.dumps(tables))
    session = Session()
    session.open(path)
    session.save(saved)
    assert read_request(saved) == read_request(path)
    wanted = answered(capsys, *flags)
    assert answered(capsys, "plan", "-w", str(path), "--no-verify") == wanted
    assert answered(capsys, "plan", "-w", str(saved), "--no-verify") == wanted


def test_flags_replace_what_a_file_states(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(f'model = "{SMALL}"\n[traffic]\nusers = 200\nactive_share = 0.5\nthink_time_s = 30\n')
    for flags, start in (
        (["--active-share", "0.25"], "200 users x 25 % active / (30 s"),
        (["--requests-per-user-hour", "6"], "200 users x 50 % active x 6 requests an hour"),
        (["--tokens-per-month", "1e9"], "1,000,000,000 tokens a month"),
        (["--users", "100"], "100 users x 50 % active / (30 s"),
    ):
        said = answered(capsys, "plan", "-w", str(path), "-g", "L40S", "--no-verify", *flags)[1]
        assert any(text.startswith(start) for text in said), flags
    said = answered(capsys, "plan", "-w", str(path), "-g", "L40S", "--no-verify", "--rate", "2")[1]
    assert not any("users" in text for text in said)


@pytest.mark.parametrize("command", list(COMMANDS))
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--users", "9", "--rate", "2"], "--users: give --users or --rate, not both"),
        (
            ["--users", "9", "--tokens-per-month", "2"],
            "--tokens-per-month: give --tokens-per-month or --users, not both",
        ),
        (["--users", "nan"], "--users (traffic.users): expected a whole number from 1 to 1e+09, got nan"),
        (["--users", "-1"], "--users (traffic.users): expected a whole number from 1 to 1e+09, got -1"),
        (["--users", "0"], "--users (traffic.users): expected a whole number from 1 to 1e+09, got 0"),
        (["--users", "1" + "0" * 400], "--users (traffic.users): expected a whole number from 1 to 1e+09, got inf"),
        (
            ["--users", "9", "--active-share", "2"],
            "--active-share (traffic.active_share): expected a number from 1e-06",
        ),
        (["--users", "9", "--think-time", "inf"], "--think-time (traffic.think_time_s): expected a number from 1 to"),
        (["--users", "9", "--requests-per-user-hour", "-1"], "expected a number from 0.0001 to 36000, got -1"),
        (["--rate", "2", "--active-share", "0.1"], "--active-share (traffic.active_share): is of users"),
        (["--tokens-per-month", "nan"], "--tokens-per-month (traffic.tokens_per_month): expected a number from 1 to"),
    ],
)
def test_what_is_wrong_is_one_line(
    capsys: pytest.CaptureFixture[str], command: str, flags: list[str], words: str
) -> None:
    code, out, err = run(capsys, command, *ONE, *COMMANDS[command], *flags)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_concurrency_is_no_users(capsys: pytest.CaptureFixture[str]) -> None:
    err = run(capsys, "estimate", *ONE, "--users", "9", "--concurrency", "3")[2]
    assert "--concurrency: give a concurrency or a rate, not both" in err
    err = run(capsys, "estimate", *ONE, "--users", "1e9", "--active-share", "1", "--think-time", "3600")[2]
    assert "--users (traffic.users): 1e+09 at work on one deployment" in err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_help_has_an_example_with_users(capsys: pytest.CaptureFixture[str], command: str) -> None:
    _, out, _ = run(capsys, command, "--help")
    examples, _, options = out.partition("Traffic:")
    assert f"gpuplan {command} " in examples
    assert "--users" in examples
    assert "--active-share" in options


def test_the_example_is_a_request() -> None:
    request = read_request(Path(__file__).parents[3] / "examples" / "users.toml")
    assert request.traffic.busy_per_s == pytest.approx(40 / (60 + 3 + 399 * 0.05))
