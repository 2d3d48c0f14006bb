"""A measured run as a row that predictions are made of: what the file states, and what the user states beside it.

Nothing is guessed: what neither states is asked for, by the flag that gives it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models_db.catalog import ModelCatalog
from models_db.local_names import ids_in
from models_db.matrices import active_params
from models_db.schema import Model
from planner.calibration.own.lengths import with_spreads
from planner.calibration.own.missing import MissingError, of_a_load
from planner.catalogs import Catalogs
from planner.errors import InputError, closest
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
    "osl": "--osl", "isl_cv": "--isl-cv", "osl_cv": "--osl-cv",
    "concurrency": "--concurrency", "prefix_hit": "--prefix-hit", "max_num_seqs": "--max-num-seqs",
}  # fmt: skip
# Figures that are counts, times or rates, and what they can be, whatever is served; fewer clients than one are none.
FIGURES = (
    "ttft_ms_mean", "ttft_ms_p50", "ttft_ms_p95", "ttft_ms_p99", "tpot_ms_mean", "tpot_ms_p50", "tpot_ms_p95",
    "tpot_ms_p99", "e2e_s_mean", "output_tok_s", "tok_s", "isl", "osl", "rate_per_s", "concurrency", "max_num_seqs",
)  # fmt: skip
LEAST, MOST = 1e-6, 1e12
FIRST_TOKENS = ("ttft_ms_mean", "ttft_ms_p50", "ttft_ms_p95", "ttft_ms_p99")


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
    """The run as a point; raises MissingError for all that flags must state, InputError for what cannot be read or
    be."""
    _not_another(run, given, catalogs)
    row = {**run.cells, **given}
    model, no_model = (given["model"], "") if given.get("model") else _model(run, catalogs.models)
    no_gpu = _no_gpu(row, catalogs)
    needs = {flag: why for flag, why in (("--model", no_model), ("--gpu", no_gpu)) if why}
    row["model"] = model
    _possible(row)
    is_speed = "test" in row
    if is_speed:
        row["quant"] = given.get("weights") or row.get("quant", "")
    else:
        if not row.get("load") and row.get("concurrency"):
            row["load"] = "closed_loop"
        row = _in_flight(with_spreads(row, run), run)
        _possible(row)
        needs |= of_a_load(row, run)
    if needs:
        raise MissingError(f"{file}: {run.place}" if run.place else file, needs)
    return Matched(file, run, row, (llamacpp.read_point if is_speed else read_point)(row, catalogs))


def _not_another(run: MeasuredRun, given: Mapping[str, str], catalogs: Catalogs) -> None:
    """Raise InputError where the file names another GPU than the flag, or a model of other size: a flag states what a
    file does not."""
    said, told = (find_gpu(named.get("gpu", ""), catalogs.hardware) for named in (run.cells, given))
    if said is not None and told is not None and said.id != told.id:
        raise InputError(f"the file says that it ran on {said.name}, --gpu says {told.name}")
    name = _model(run, catalogs.models)[0]
    files, flags = (catalogs.models.match(text) if text else None for text in (name, given.get("model", "")))
    if files is not None and flags is not None and _params(files.model) != _params(flags.model):
        raise InputError(f"the file says that it ran {files.model.id}, --model says {flags.model.id}")


def _params(model: Model) -> int:
    """Parameters, by which a tuned model and what it was tuned from are the same."""
    return round(float(active_params(model)))


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


def _model(run: MeasuredRun, models: ModelCatalog) -> tuple[str, str]:
    """The first name of the file that the catalog knows, a path by what it ends in; else why there is none."""
    names = tuple(dict.fromkeys(name for name in (run.cells.get("model", ""), *run.names) if name))
    for name in names:
        end = name.rstrip("/").split("/")[-1]
        for candidate in dict.fromkeys((name, *ids_in(name), end, _bare(end))):
            if models.match(candidate) is not None:
                return candidate, ""
    if not names:
        return "", "the file does not name the model"
    said = (ids_in(names[0]) or names)[0]
    near = ", ".join(closest(said, list(models.index)))
    return "", f"the file calls the model {said[:60]!r} (nearest ids: {near})"


def _bare(name: str) -> str:
    """A GGUF file's name without its mix and ending."""
    stem = name.removesuffix(".gguf")
    mix = llamacpp.NAMED.search(name)
    return stem[: mix.start()] if mix else stem


def _no_gpu(row: Mapping[str, str], catalogs: Catalogs) -> str:
    """Why no GPU is known; empty where one is."""
    name = row.get("gpu", "")
    if name and (find_gpu(name, catalogs.hardware) is not None or "test" in row):
        return ""
    told = f"the file calls the GPU {name[:60]!r}" if name else "the file does not name the GPU"
    return f"{told}, gpuplan gpus lists them"


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
