"""Command, interface and API are asked the same questions and give the same plan, simulated in all three."""

from __future__ import annotations

import json
import queue
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from planner import Planner, parse_request
from planner.cli.main import main
from planner.plan.rehearsal import Rehearsal
from tests.consistency.drawn import all_or
from tests.consistency.questions import APART, OTHERS, SMALL
from tests.tui.conftest import main_screen, until
from tui import jobs
from tui.app import GpuPlanApp
from tui.compute import Compute, Failure
from tui.session import Session
from tui.widgets.badge import CHECKING, HOLDS
from tui.widgets.candidates import CandidateGrid
from tui.widgets.headline import Headline

# All three make the answer; with GPUPLAN_TORTURE=1 each simulates it for itself, too.
pytestmark = pytest.mark.usefixtures("planners_share_a_context")
CONFIG = {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 2048, "intermediate_size": 11008,
    "num_hidden_layers": 24, "num_attention_heads": 16, "num_key_value_heads": 2, "vocab_size": 151936,
    "max_position_embeddings": 32768, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
}  # fmt: skip

# One question of each way through command, interface and API; the others with GPUPLAN_TORTURE=1.
SOME = (
    "experts", "a daily profile", "users that think", "phases apart", "a spare", "out of reach", "over the budget",
    "too large",
)  # fmt: skip


class Desk:
    """The interface without its screen: the session, the jobs, and the lanes of the one thread."""

    def __init__(self) -> None:
        self.planner = Planner()
        self._outcomes: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.compute = Compute(lambda lane, outcome: self._outcomes.put((lane, outcome)))

    def _ask(self, lane: str, job: Callable[[], Any]) -> Any:
        self.compute.submit(lane, job)
        came, outcome = self._outcomes.get(timeout=60)
        assert came == lane
        assert not isinstance(outcome, Failure), outcome
        return outcome

    def answer(self, data: dict[str, Any]) -> dict[str, Any]:
        """The answer that the interface ends with; the candidate it shows is that of the answer."""
        request = Session(data).request()
        _, explored, _, entries, infeasible = self._ask("plan", partial(jobs.planned_job, 1, request, self.planner))
        if infeasible is not None:
            assert not entries
            if request.limits.most:
                check = partial(jobs.verified_job, 1, explored, self.planner)
                infeasible = self._ask("verify", check)[1].answer
            _, wider = self._ask("wider", partial(jobs.wider_job, 1, infeasible, request, self.planner))
            return dict(wider.model_dump(mode="json"))
        check = partial(jobs.verified_job, 1, explored, self.planner)
        _, found, _, _, entries = self._ask("verify", check)
        assert entries[0].index == found.explored.winner
        _, details = self._ask("details", partial(jobs.details_job, 1, found, self.planner, entries[0].index))
        assert details.answer is found.answer
        assert details.cluster.replica == found.answer.cluster.replica
        assert details.cluster.machine == found.answer.cluster.machine
        assert details.cluster.cost.usd_per_hour == pytest.approx(entries[0].usd_per_hour)
        return dict(found.answer.model_dump(mode="json"))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.compute.close()


@pytest.fixture(scope="module")
def planner() -> Planner:
    return Planner()


def seen(answer: dict[str, Any]) -> dict[str, Any]:
    """What must be the same: the verdict, the whole cluster, and what the simulation said."""
    keys = ("status", "cluster", "verification", "assumptions", "binding_limit", "nearest", "nearest_change")
    found = {key: answer.get(key) for key in keys}
    if found["verification"]:  # limits stand in the order in which they were stated
        checks = sorted(found["verification"]["sla"], key=lambda check: str(check["key"]))
        found["verification"] = {**found["verification"], "sla": checks}
    return found


def ask_all(
    data: dict[str, Any], desk: Desk, planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    path = tmp_path / "w.toml"
    path.write_text(tomli_w.dumps(data))
    code = main(["plan", "-w", str(path), "--catalog", str(tmp_path), "--format", "json"])
    command = json.loads(capsys.readouterr().out)
    api = planner.plan(parse_request(data)).model_dump(mode="json")
    assert code == (0 if command["status"] == "feasible" else 1)
    assert seen(command) == seen(api) == seen(desk.answer(data))
    return dict(api)


@pytest.mark.parametrize("name", all_or(SOME, [*APART, *OTHERS]))
def test_all_three_give_one_answer(
    name: str, desk: Desk, planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ask_all({**APART, **OTHERS}[name], desk, planner, tmp_path, capsys)
    impossible = name in ("out of reach", "over the budget", "too large", "70b at 40/s")
    assert found["status"] == ("infeasible" if impossible else "feasible")
    assert impossible or found["verification"] is not None


def test_a_model_from_a_file_gives_one_answer(
    desk: Desk, planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG))
    found = ask_all({**SMALL, "model": str(config)}, desk, planner, tmp_path, capsys)
    assert found["verification"]["served"] > 0


def test_a_plan_of_many_replicas_and_their_simulation_give_the_same_figures(
    planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan's check simulates a sample of many replicas; once `simulate` ran them all, and said other figures."""
    scope = {"gpus": ["L4"], "formats": ["bf16"], "max_gpus_per_replica": 1}
    data = {**SMALL, "traffic": {"rate_per_s": 60.0}, "sla": {"tpot_p95_s": 0.1}, "scope": scope}
    path, request = tmp_path / "w.toml", parse_request(data)
    path.write_text(tomli_w.dumps(data))
    plan = planner.checked(request)
    checked = plan.run.model_dump(mode="json", exclude={"assumptions"})
    assert checked["replicas_simulated"] < checked["replicas"]
    again = planner.simulate(request, plan.cluster, Rehearsal().as_checked(plan.run))
    assert again.model_dump(mode="json", exclude={"assumptions"}) == checked
    code = main(["simulate", "-w", str(path), "--catalog", str(tmp_path), "--format", "json"])
    command = json.loads(capsys.readouterr().out)
    assert {key: command[key] for key in checked} == checked
    assert code == 0


@pytest.mark.parametrize(
    "name", all_or(["a spare"], ["dense 8b", "experts", "first token", "a quality floor", "a spare"])
)
async def test_the_screen_ends_with_the_same_answer(name: str, planner: Planner, tmp_path: Path) -> None:
    wanted = planner.plan(parse_request(OTHERS[name]))
    assert wanted.status == "feasible"
    async with GpuPlanApp(OTHERS[name], catalog=tmp_path).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: bool(pilot.app.screen_stack[1:]))
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.settled and screen.query_one("#plan").details is not None)  # type: ignore[attr-defined]
        found = screen.query_one("#plan").details  # type: ignore[attr-defined]
        assert seen(found.answer.model_dump(mode="json")) == seen(wanted.model_dump(mode="json"))
        assert f"${wanted.cluster.cost.usd_per_hour:,.2f} an hour" in screen.query_one(Headline).text
        chosen = screen.query_one(CandidateGrid).chosen
        assert chosen is not None
        assert chosen.gpu == wanted.cluster.machine.gpu
        assert str(screen.query_one("#badge").render()).strip().startswith(HOLDS)
        assert CHECKING not in str(screen.query_one("#badge").render())
