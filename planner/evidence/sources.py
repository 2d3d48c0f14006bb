"""How each source of measurements is read where it differs from the others: `sources.toml`, as records."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hardware_db.schema import Date, Record
from models_db.checkpoints import WordMeaning

DATA = Path(__file__).with_name("sources.toml")
Lax = Field(strict=False)
Texts = Annotated[tuple[str, ...], Lax]
Pattern = re.Pattern[str]
Amounts = Annotated[tuple[Annotated[tuple[str, float], Lax], ...], Lax]
Meanings = Annotated[tuple[Annotated[tuple[str, str], Lax], ...], Lax]


class EngineNames(Record):
    """Engines by the words of a column; `other` is what any other name runs like."""

    other: str
    named: Annotated[tuple[WordMeaning, ...], Lax]


class Software(Record):
    """Words of sources and the month of their software."""

    months: Meanings


class ByGpu(Record):
    """What a format means on some GPUs."""

    said: str
    generations: Texts
    means: str
    why: str


class NarrowCache(Record):
    """Engines that keep an FP8 cache for these formats unless told otherwise; no generations means all."""

    engines: Texts
    formats: Texts
    generations: Texts = ()
    why: str


class FormatNames(Record):
    """Formats of caches by the words that state them, and of weights where a source has words of its own."""

    caches: Annotated[tuple[WordMeaning, ...], Lax]
    whole_caches: Annotated[tuple[WordMeaning, ...], Lax]
    mean_bits: dict[str, float]
    by_gpu: Annotated[tuple[ByGpu, ...], Lax]
    narrow_cache: Annotated[tuple[NarrowCache, ...], Lax]


class ScenarioLimit(Record):
    """p99 limits [s] of a scenario for models with a word in their name."""

    model: str
    ttft_s: float
    tpot_s: float


class Summaries(Record):
    """The task with a limit on whole answers and beam search."""

    model: str
    e2e_s: float
    beams: float
    beam_cost: float
    cv_out: float


class Mlperf(Record):
    """Rules of MLPerf and habits of its submitters."""

    mark: str
    era: str
    first_mark: str
    first_era: str
    stored_in_fp8: Texts
    ranks_of_experts: Texts
    near: float
    tuned_limits: Annotated[tuple[float, ...], Lax]
    limits: dict[str, Annotated[tuple[ScenarioLimit, ...], Lax]]
    prompts: Amounts
    summaries: Summaries


class Chats(Record):
    """Runs whose requests are turns of real conversations, and the spread of their lengths."""

    seen: Pattern
    cv_in: float
    cv_out: float


class Clients(Record):
    """How clients of some sources draw and send requests."""

    chats: Chats

    alike: Pattern
    longest: Amounts
    real_length: Amounts
    drawn: Pattern


class Headed(Record):
    """Embedding models served with a head before a version."""

    engine: str
    before: str
    why: str


class Threads(Record):
    """Months in which threads of a tracker were opened, from the number of the first one on."""

    tracker: str
    opened: Annotated[tuple[Annotated[tuple[int, str], Lax], ...], Lax]


class Tuned(Record):
    """Starts whose pool depends on what earlier ones left in a cache: of `models`, but on GPUs `not_on`, unless a
    remark tells."""

    models: str
    not_on: str
    told: str
    why: str


class StartupLogs(Record):
    """Start-up logs and model files."""

    engine: str
    gpu: str
    headed: Headed
    static_share: str
    fork: str
    fork_mixes: str
    shared_memory: str
    tuned: Tuned
    consumed_since: str
    trackers: Texts
    threads: Threads
    reasons: dict[str, str]
    contradictory: dict[str, str]


class Born(Record):
    """A format of new checkpoints, the mix of their usual file, and the 16-bit mixes that keep it for experts."""

    format: str
    mix: str
    wide_mixes: Texts


class Ggml(Record):
    """Speeds and files of llama.cpp."""

    engine: str
    makers: Pattern
    by_word: Meanings
    prefixes: Texts
    mixes: dict[str, str]
    usual_mix: str
    born: Born
    foreign: Texts
    issues: Annotated[tuple[Annotated[tuple[int, int], Lax], ...], Lax]
    no_events: Pattern
    backend: Pattern
    driver: Pattern
    amd_kernels: int
    wmma_kernels: int
    amd_era: str


class OwnRuns(Record):
    """Runs among llama.cpp's speeds that are another engine's: how they are told, the format that their bits mean."""

    engine: str
    runs: str
    bits: str
    format: str
    stand_in: str


class Sources(Record):
    """All of `sources.toml`."""

    checked: Date
    engines: EngineNames
    software: Software
    topologies: Annotated[tuple[WordMeaning, ...], Lax]
    formats: FormatNames
    mlperf: Mlperf
    clients: Clients
    logs: StartupLogs
    ggml: Ggml
    own: OwnRuns


@cache
def sources() -> Sources:
    """The file, read once."""
    return Sources.model_validate(tomllib.loads(DATA.read_text(encoding="utf-8")))


def is_mlperf(row: Mapping[str, str]) -> bool:
    """Whether a row is of a submission to MLPerf."""
    return sources().mlperf.mark in (row.get("note") or "")


def is_summaries(model_id: str) -> bool:
    """Whether a model is that of MLPerf's task of summaries."""
    return sources().mlperf.summaries.model in model_id.lower()
