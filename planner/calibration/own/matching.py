"""A measured run as a row that predictions are made of: what the file states, and what the user states beside it.

Nothing is guessed: what neither states is asked for, by the flag that gives it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from models_db.catalog import ModelCatalog
from planner.calibration.own.lengths import with_spreads
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.evidence import llamacpp
from planner.evidence.names import find_gpu
from planner.evidence.point import Point
from planner.evidence.points import read_point
from planner.measurements.run import MeasuredRun, cells
from planner.request.speculation import parse_speculation

# Columns that flags state, with the flag; `speculation` sets three columns.
FLAGS = {
    "model": "--model", "gpu": "--gpu", "gpus": "--gpus", "engine": "--engine", "engine_version": "--engine-version",
    "weights": "--weights", "kv": "--kv", "tp": "--tp", "pp": "--pp", "ep": "--ep", "dp": "--dp", "isl": "--isl",
    "osl": "--osl", "isl_cv": "--isl-cv", "osl_cv": "--osl-cv", "concurrency": "--concurrency", "prefix_hit": "--prefix-hit", "max_num_seqs": "--max-num-seqs",
}  # fmt: skip
# Figures that are counts, times or rates, and what they can be, whatever is served; fewer clients than one are none.
FIGURES = (
    "ttft_ms_mean", "ttft_ms_p50", "ttft_ms_p95", "ttft_ms_p99", "tpot_ms_mean", "tpot_ms_p50", "tpot_ms_p95",
    "tpot_ms_p99", "e2e_s_mean", "output_tok_s", "tok_s", "isl", "osl", "rate_per_s", "concurrency", "max_num_seqs",
)  # fmt: skip
LEAST, MOST = 1e-6, 1e12
FIRST_TOKENS = ("ttft_ms_mean", "ttft_ms_p50", "ttft_ms_p95", "ttft_ms_p99")


class MissingError(InputError):
    """What neither the file nor a flag states."""


@dataclass(frozen=True)
class Matched:
    """A run with the row that it is read as, and the point that the row is."""

    file: str
    run: MeasuredRun
    row: Mapping[str, str]
    point: Point

    @property
    def place(self) -> str:
        return f"{self.file}: {self.run.place}" if self.run.place else self.file

    @property
    def is_speed(self) -> bool:
        """Whether it is a test of llama.cpp, not a served load."""
        return "test" in self.row


def stated(flags: Mapping[str, float | str | None], speculation: str | None = None) -> dict[str, str]:
    """The columns that flags state; raises InputError for a speculation that cannot be read."""
    row = cells(**{name: value for name, value in flags.items() if name in FLAGS})
    found = parse_speculation(speculation) if speculation is not None else None
    if found is not None:
        row |= cells(draft_method=found.method, draft_tokens=float(found.drafts), accepted_tokens=found.accepted)
    return row


def matched(file: str, run: MeasuredRun, given: Mapping[str, str], catalogs: Catalogs) -> Matched:
    """The run as a point; raises MissingError for what a flag must state, InputError for what cannot be read or be."""
    place = f"{file}: {run.place}: " if run.place else f"{file}: "
    row = {**run.cells, **given}
    row["model"] = given.get("model") or _model(run, catalogs.models, place)
    row["gpu"] = given.get("gpu") or _gpu(row, catalogs, place)
    _possible(row)
    if "test" in row:
        row["quant"] = given.get("weights") or row.get("quant", "")
        return Matched(file, run, row, llamacpp.read_point(row, catalogs))
    if not row.get("load") and row.get("concurrency"):
        row["load"] = "closed_loop"
    row = _in_flight(with_spreads(row, run), run)
    _possible(row)
    _ask(row, run, place)
    return Matched(file, run, row, read_point(row, catalogs))


def _possible(row: Mapping[str, str]) -> None:
    """Raise InputError for a figure that no server has; text is for who reads the row."""
    for name in FIGURES:
        try:
            value = float(row.get(name) or 1.0)
        except ValueError:
            continue
        closed = name == "concurrency" and row.get("load") == "closed_loop"
        least = 1.0 if closed else LEAST
        if not (least <= value <= MOST or (value == 0.0 and not closed)):
            raise InputError(f"{name} of {row[name][:20]} is impossible")


def _model(run: MeasuredRun, models: ModelCatalog, place: str) -> str:
    """The first name of the file that the catalog knows; a path counts by its last parts."""
    names = tuple(dict.fromkeys(name for name in (run.cells.get("model", ""), *run.names) if name))
    for name in names:
        parts = name.rstrip("/").split("/")
        for candidate in dict.fromkeys((name, "/".join(parts[-2:]), parts[-1], _bare(parts[-1]))):
            if models.match(candidate) is not None:
                return candidate
    if not names:
        raise MissingError(f"{place}--model: the file does not name the model; give it")
    near = ", ".join(get_close_matches(names[-1], list(models.index), n=3, cutoff=0.0))
    raise MissingError(f"{place}--model: the file calls the model {names[0][:60]!r}; give its id (nearest: {near})")


def _bare(name: str) -> str:
    """A GGUF file's name without its mix and ending."""
    stem = name.removesuffix(".gguf")
    mix = llamacpp.NAMED.search(name)
    return stem[: mix.start()] if mix else stem


def _gpu(row: Mapping[str, str], catalogs: Catalogs, place: str) -> str:
    name = row.get("gpu", "")
    if name and (find_gpu(name, catalogs.hardware) is not None or "test" in row):
        return name
    told = f"the file calls the GPU {name[:60]!r}; give its name" if name else "the file does not name the GPU; give it"
    raise MissingError(f"{place}--gpu: {told} (gpuplan gpus lists them)")


def _in_flight(row: dict[str, str], run: MeasuredRun) -> dict[str, str]:
    """An open loop as the closed loop with as many clients as it had requests in flight on average, by Little's law.

    Its time per token is theirs; its first tokens queued, and its tokens a second are what was asked for.
    """
    if row.get("load") != "open_loop":
        return row
    flight = row.get("concurrency") or _flight(row, run)
    out = {key: value for key, value in row.items() if key not in (*FIRST_TOKENS, "output_tok_s", "prompts")}
    return out | {"load": "closed_loop"} | ({"concurrency": f"{max(1.0, float(flight)):.6g}"} if flight else {})


def _flight(row: Mapping[str, str], run: MeasuredRun) -> str:
    """Requests in flight: their rate times their mean time."""
    try:
        first, each = (float(row[name]) for name in ("ttft_ms_mean", "tpot_ms_mean"))
        rate, osl = run.totals["request_s"], float(row["osl"])
    except (KeyError, ValueError):
        return ""
    return f"{rate * (first + (osl - 1.0) * each) / 1e3:.6g}"


def _ask(row: Mapping[str, str], run: MeasuredRun, place: str) -> None:
    """Raise MissingError, which names the flag, for what a prediction cannot do without."""
    needed: Sequence[tuple[str, str]] = (
        ("engine", "the file does not name the engine"), ("isl", "the file does not state the mean input tokens"),
        ("osl", "the file does not state the mean output tokens"),
    )  # fmt: skip
    for name, why in needed:
        if not row.get(name):
            raise MissingError(f"{place}{FLAGS[name]}: {why}; give it")
    if not row.get("tp") and not row.get("gpus"):
        raise MissingError(f"{place}--tp: the file does not state how many GPUs a replica has; give --tp or --gpus")
    if not row.get("load") or (row["load"] == "closed_loop" and not row.get("concurrency")):
        raise MissingError(f"{place}--concurrency: the file does not state how many requests are in flight; give it")
    if run.drafts and not row.get("draft_method"):
        raise MissingError(
            f"{place}--speculation: its fields say that the engine drafted; give METHOD:DRAFTS[:ACCEPTED], as eagle:3"
        )
