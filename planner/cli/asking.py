"""From flags to a request: the same nested tables that a workload file has, with what is missing named by its flag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.ggml_options import SETTINGS
from planner.cli.memory_options import SETTINGS as OF_MEMORY
from planner.cli.memory_options import memory_table
from planner.cli.options import METRICS, PERCENTILES
from planner.errors import InputError
from planner.frozen import dataclass

if TYPE_CHECKING:
    from planner.physics.deployment import Deployment
    from planner.request.request import Request

# Flags by the key of a workload that they set.
FLAGS = {
    "model": "--model", "confidence": "--confidence", "quality": "--min-score",
    "quality.max_loss_pct": "--max-loss", "quality.any_quality": "--any-quality",
    "traffic.rate_per_s": "--rate", "traffic.cv": "--arrival-cv", "traffic.preset": "--preset",
    "traffic.prefix_hit": "--prefix-hit", "traffic.users": "--users", "traffic.active_share": "--active-share",
    "traffic.requests_per_user_hour": "--requests-per-user-hour", "traffic.think_time_s": "--think-time",
    "traffic.tokens_per_month": "--tokens-per-month",
    "input_tokens": "--isl", "output_tokens": "--osl", "quality.min_score": "--min-score",
    "quality.benchmark": "--min-score",
    "input_tokens.mean": "--isl", "input_tokens.cv": "--isl-cv", "input_tokens.p95": "--isl-p95",
    "output_tokens.mean": "--osl", "output_tokens.cv": "--osl-cv", "output_tokens.p95": "--osl-p95",
    "scope.gpus": "--gpu", "scope.providers": "--provider", "scope.regions": "--region", "scope.engines": "--engine",
    "scope.formats": "--weights", "scope.kv_formats": "--kv", "scope.commitment": "--commitment",
    "scope.offer_classes": "--offer-class", "scope.low_confidence": "--low-confidence",
    "scope.max_price_age_days": "--max-price-age", "scope.as_of": "--as-of",
    "scope.speculative": "--speculative", "scope.disaggregated": "--disaggregated",
    "scope.on_premises": "--on-premises", "scope.air_gapped": "--air-gapped", "scope.owning": "--term",
    "scope.grid": "--grid", "scope.grid_g_per_kwh": "--grid-g-per-kwh",
}  # fmt: skip
ENGINE = (
    "engine_version", "max_model_len", "max_num_batched_tokens", "max_num_seqs", "memory_fraction", "eager",
    "speculation", *SETTINGS,
)  # fmt: skip
SCOPE = (
    "commitment", "low_confidence", "speculative", "disaggregated", "as_of", "on_premises", "air_gapped", "grid",
    "grid_g_per_kwh",
)  # fmt: skip
LIMITS = ("max_gpus", "max_usd_per_hour", "max_power_kw", "spare_replicas")
SLA = tuple(f"{metric}_{percentile}" for metric in METRICS for percentile in PERCENTILES)
FLAGS |= {f"engine.{key}": f"--{key.replace('_', '-')}" for key in ENGINE}
FLAGS |= {f"engine.memory.{key}": f"--{flag.replace('_', '-')}" for key, flag in OF_MEMORY.items()}
FLAGS |= {f"limits.{key}": f"--{key.replace('_', '-')}" for key in LIMITS}
FLAGS |= {f"sla.{key}_s": f"--{key.replace('_', '-')}" for key in SLA}
OF_USERS = ("active_share", "requests_per_user_hour", "think_time_s")
# Flags that state a rate, the first three of which each do alone; keys of the traffic that make one.
RATE_FLAGS = ("rate", "users", "tokens_per_month", "active_share", "requests_per_user_hour", "think_time")
SOURCES = {"rate_per_s", "preset", "users", "tokens_per_month"}
MONEY = ("on", "batch_share", "private_share", "benchmark", "months", "ramp_months")
# Keys that are not of a request.
OUTSIDE = {f"split.{key}": f"--{key}" for key in ("tp", "pp", "ep", "dp")}
OUTSIDE |= {f"tco.{key}": f"--{key.replace('_', '-')}" for key in MONEY} | {"tco.apis": "--api", "tco.terms": "--term"}
# What errors beyond the request call by a name of their own.
SHORT = {
    "gpu": "--gpu", "format": "--weights", "weights": "--weights", "kv format": "--kv", "kv": "--kv",
    "engine": "--engine", "topology": "--topology", "link_gb_s": "--link-gb-s",
    "concurrency": "--concurrency", "context": "--context",
    "licences_usd_per_month": "--licences",
    "think_time_s": "--think-time", "seconds": "--duration", "seed": "--seed", "replicas": "--replicas",
}  # fmt: skip
# Tables of a file that only one command reads.
OTHERS = ("tco",)


@dataclass(frozen=True)
class Asked:
    """Tables of a request, where they came from (for messages), and what was assumed to make them whole."""

    data: dict[str, Any]
    where: str
    notes: list[str]

    def request(self) -> Request:
        """The request; raises InputError that names flag and key."""
        from planner.request.reading import parse_request

        try:
            return parse_request({k: v for k, v in self.data.items() if k not in OTHERS}, where=self.where)
        except InputError as error:
            raise InputError(flagged(str(error), self.where)) from error


def flagged(message: str, where: str = "") -> str:
    """A message about a key with the flag that sets it in front."""
    rest = message.removeprefix(where)
    if rest in (f"{key}: Field required" for key in ("traffic", "traffic.rate_per_s")):
        return f"{where}--rate (traffic.rate_per_s): give a rate, or a preset, --users or --tokens-per-month"
    found = re.match(r"[a-z0-9_. ]+(?=: )", rest)
    key = found.group(0) if found else ""
    if key in SHORT:
        return f"{where}{SHORT[key]}: {rest[len(key) + 2 :]}"
    # A part of a list, or a term by its name: that of the whole.
    flag = (FLAGS | OUTSIDE).get(re.sub(r"(\.\d+)+$|(?<=^tco\.terms)\..*", "", key))
    if found is None or flag is None:
        return message
    return f"{where}{flag} ({found.group(0)}){rest[found.end() :]}"


def tables(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The flags that were given as the nested tables of a workload file; a command has some of them."""
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    nested = {
        "traffic": {
            "rate_per_s": given.get("rate"), "cv": given.get("arrival_cv"), "preset": given.get("preset"),
            "prefix_hit": given.get("prefix_hit"), "users": given.get("users"),
            "active_share": given.get("active_share"), "think_time_s": given.get("think_time"),
            "requests_per_user_hour": given.get("requests_per_user_hour"),
            "tokens_per_month": given.get("tokens_per_month"),
        },
        "input_tokens": {key: given.get(flag) for key, flag in _length_flags("isl")},
        "output_tokens": {key: given.get(flag) for key, flag in _length_flags("osl")},
        "sla": {f"{key}_s": given.get(key) for key in SLA},
        "scope": {key: given.get(key) for key in SCOPE}
        | {"max_price_age_days": given.get("max_price_age"), "offer_classes": _listed(given.get("offer_classes"))}
        | {"owning": stated_terms(given["terms"]) if "terms" in given else None}
        | {
            key: list(given[key])
            for key in ("gpus", "providers", "regions", "engines", "formats", "kv_formats")
            if key in given
        },
        "engine": {key: given.get(key) for key in ENGINE} | {"memory": memory_table(given)},
        "limits": {key: given.get(key) for key in LIMITS},
    }  # fmt: skip
    stated = {name: {k: v for k, v in table.items() if v is not None} for name, table in nested.items()}
    data: dict[str, Any] = {name: table for name, table in stated.items() if table}
    data |= {key: given[key] for key in ("model", "confidence") if key in given}
    quality = {"max_loss_pct": given.get("max_loss"), "any_quality": given.get("any_quality")}
    if "min_score" in given:
        quality |= {"benchmark": given["min_score"][0], "min_score": given["min_score"][1]}
    stated_quality = {k: v for k, v in quality.items() if v is not None}
    return data | {"quality": stated_quality} if stated_quality else data


def _listed(texts: tuple[str, ...] | None) -> list[str] | None:
    """The names of a repeatable option, each of which may be a list with commas."""
    return None if texts is None else [name.strip() for text in texts for name in text.split(",")]


def stated_terms(texts: tuple[str, ...]) -> dict[str, float]:
    """Terms of owning by name, from NAME=VALUE; raises InputError where a name or a value is none."""
    from hardware_db.ownership import terms_with

    terms: dict[str, float] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            terms[name.strip()] = float(value)
        except ValueError as error:
            raise InputError(f"--term: expected NAME=NUMBER, got {text[:60]!r}") from error
    terms_with(terms)
    return terms


def _length_flags(name: str) -> tuple[tuple[str, str], ...]:
    return ("mean", name), ("cv", f"{name}_cv"), ("p95", f"{name}_p95")


def asked(flags: Mapping[str, Any], *, standard: Mapping[str, Any] | None = None) -> Asked:
    """The file of `--workload` with the flags over it.

    standard: what this command takes where nothing is stated, by table.
    """
    return completed(gathered(flags), flags, standard or {})


def gathered(flags: Mapping[str, Any]) -> Asked:
    """The file of `--workload` with the flags over it, complete or not."""
    from planner.request.reading import read_toml

    path: Path | None = flags.get("workload")
    base = read_toml(path) if path is not None else {}
    given = tables(flags)
    _one_rate(flags)
    if "min_score" in given.get("quality", {}):
        base.pop("model", None)
    elif "model" in given:
        base = without_floor(base)
    return Asked(over(base, given), f"{path}: " if path is not None else "", [])


def without_floor(data: Mapping[str, Any]) -> dict[str, Any]:
    """A workload's tables without the score that models are chosen by: where one is named, it does not count."""
    table = data.get("quality")
    if not isinstance(table, Mapping):
        return dict(data)
    return {**data, "quality": {k: v for k, v in table.items() if k not in ("benchmark", "min_score")}}


def _one_rate(flags: Mapping[str, Any]) -> None:
    """Raise InputError where flags state two rates, even if they are the same."""
    named = [name for name in RATE_FLAGS[:3] if flags.get(name) is not None]
    if len(named) > 1:
        one, other = (f"--{name.replace('_', '-')}" for name in named[-1:-3:-1])
        raise InputError(f"{one}: give {one} or {other}, not both")


def _without_rate(traffic: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A file's traffic without what the rate of the flags replaces."""
    gone: set[str] = set()
    if {"rate_per_s", "users", "tokens_per_month"} & set(given):
        gone = {"rate_per_s", "users", "tokens_per_month"} | (set() if "users" in given else set(OF_USERS))
    for one, other in (OF_USERS[1:], OF_USERS[:0:-1]):
        gone |= {other} if one in given else set()
    return {key: value for key, value in traffic.items() if key not in gone}


def over(base: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A file's tables with the flags over them; a stated length or spread replaces the file's, however it is given."""
    from planner.request.reading import merge

    base = dict(base)
    for key in ("input_tokens", "output_tokens"):
        stated, table = given.get(key), base.get(key)
        if stated and isinstance(table, Mapping):
            gone = {"quantiles"} | ({"cv", "p95"} if {"cv", "p95"} & set(stated) else set())
            base[key] = {k: v for k, v in table.items() if k not in gone}
    if "traffic" in given and isinstance(base.get("traffic"), Mapping):
        base["traffic"] = _without_rate(base["traffic"], given["traffic"])
    return merge(base, given)


def completed(found: Asked, flags: Mapping[str, Any], standard: Mapping[str, Any]) -> Asked:
    """The tables with means and a command's own defaults, and what was assumed for it."""
    data, notes = dict(found.data), list(found.notes)
    preset = isinstance(data.get("traffic"), Mapping) and "preset" in data["traffic"]
    for key, label in (("input_tokens", "input"), ("output_tokens", "output")):
        table = data.get(key)
        if isinstance(table, Mapping) and not {"mean", "quantiles"} & set(table) and ({"cv", "p95"} & set(table)):
            mean = _chat_mean(key, data)
            if preset:
                raise InputError(
                    f"{FLAGS[key + '.mean']} ({key}.mean): give a mean with another spread than a preset's"
                )
            data[key], notes = {**table, "mean": mean}, [*notes, f"{label} lengths: mean {mean:g} (assumed)"]
    traffic = data.get("traffic", {})
    if isinstance(traffic, Mapping) and not SOURCES & set(traffic):
        rate = standard.get("rate_per_s")
        if rate is not None:
            data["traffic"] = {**traffic, "rate_per_s": rate}
            notes.append(f"rate: {rate:g} {'request' if rate == 1 else 'requests'} a second (assumed)")
    return Asked(data, found.where, notes)


def has_rate(found: Asked) -> bool:
    """Whether a rate, users, a volume or a preset is stated."""
    traffic = found.data.get("traffic", {})
    return isinstance(traffic, Mapping) and bool({"rate_per_s", "users", "tokens_per_month", "preset"} & set(traffic))


def _chat_mean(key: str, data: Mapping[str, Any]) -> float:
    """A chat's mean, or its part of the context that the engine is set to."""
    from planner.request.lengths import chat_mean

    engine = data.get("engine")
    return chat_mean(key, engine.get("max_model_len") if isinstance(engine, Mapping) else None)


def deployment(
    request: Request, flags: Mapping[str, Any], *, concurrency: float | None = None, rate_per_s: float | None = None,
    requests: float | None = None, think_time_s: float | None = None,
) -> Deployment:  # fmt: skip
    """The one deployment that a request's scope and the flags of its cut name; its load is as of Deployment."""
    from planner.defaults import DEFAULT_ENGINE
    from planner.physics.deployment import Deployment
    from planner.physics.split import Split

    if request.model is None:
        raise InputError("--model (model): give a model")
    gpu = one_of(request.scope.gpus, "scope.gpus")
    if gpu is None:
        raise InputError("--gpu (scope.gpus): give a GPU")
    return Deployment(
        model=request.model, gpu=gpu, weights=one_of(request.scope.formats, "scope.formats"),
        kv=one_of(request.scope.kv_formats, "scope.kv_formats"),
        engine=one_of(request.scope.engines, "scope.engines") or DEFAULT_ENGINE,
        split=Split(tp=flags["tp"], pp=flags["pp"], ep=flags["ep"], dp=flags["dp"]), settings=request.engine,
        concurrency=concurrency, rate_per_s=rate_per_s, requests=requests, think_time_s=think_time_s,
        topology=flags["topology"], link_gb_s=flags["link_gb_s"],
    )  # fmt: skip


def one_of(names: tuple[str, ...], key: str) -> str | None:
    if len(names) > 1:
        raise InputError(f"{FLAGS[key]} ({key}): give one, got {len(names)} ({', '.join(names)[:60]})")
    return names[0] if names else None


def noted(answer: Any, notes: list[str]) -> Any:
    """The answer with what the command assumed for it."""
    return answer.model_copy(update={"assumptions": [*notes, *answer.assumptions]}) if notes else answer
