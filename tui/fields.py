"""The workload as texts of a form, and back; the same keys as the workload file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from planner.defaults import EXAMPLE_MODEL
from planner.errors import InputError
from planner.frozen import dataclass
from planner.request.metrics import METRICS, PERCENTILES

FieldKind = Literal["model", "number", "optional", "list", "choice"]
Catalog = Literal["", "gpus", "formats", "kv_formats", "providers", "engines", "presets", "offer_classes"]
# Steps of a knob on a number: ten to a decade (Renard).
RENARD = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its key in the workload file, its name and what it means, what may be typed, and where its choices
    come from."""

    key: str
    short: str
    label: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    catalog: Catalog = ""
    step: float = 0.0
    most: float = 0.0

    @property
    def id(self) -> str:
        return self.key.replace(".", "-")


FIELDS = (
    Field("model", "model", "Model", "model"),
    Field("traffic.rate_per_s", "requests/s", "Requests a second", "number"),
    Field("traffic.users", "users", "Users, instead of a rate", "optional"),
    Field("traffic.active_share", "active", "Share of users at work (0 to 1)", "optional", step=0.05, most=1.0),
    Field("traffic.requests_per_user_hour", "requests/h", "Requests an hour of a user at work", "optional"),
    Field("traffic.think_time_s", "think [s]", "From an answer to the next request [s]", "optional"),
    Field("traffic.tokens_per_month", "tokens/month", "Tokens a month, instead of a rate", "optional"),
    Field("traffic.preset", "preset", "Traffic preset", "choice", catalog="presets"),
    Field("input_tokens.mean", "input", "Input tokens, mean", "optional"),
    Field("input_tokens.p95", "input p95", "Input tokens, p95", "optional"),
    Field("output_tokens.mean", "output", "Output tokens, mean", "optional"),
    Field("output_tokens.p95", "output p95", "Output tokens, p95", "optional"),
    Field("traffic.prefix_hit", "prefix hits", "Prefix cache hits (0 to 1)", "optional", step=0.1, most=0.9),
    Field("percentile", "percentile", "Limits hold for", "choice", choices=PERCENTILES),
    Field("sla.ttft", "TTFT [s]", "First token within [s]", "optional"),
    Field("sla.tpot", "TPOT [s]", "Each token within [s]", "optional"),
    Field("sla.e2e", "answer [s]", "Whole answer within [s]", "optional"),
    Field("scope.gpus", "GPUs", "GPUs", "list", catalog="gpus"),
    Field("scope.formats", "weights", "Weight formats", "list", catalog="formats"),
    Field("scope.kv_formats", "KV", "KV formats", "list", catalog="kv_formats"),
    Field("scope.engines", "engines", "Engines", "list", catalog="engines"),
    Field("scope.providers", "providers", "Providers", "list", catalog="providers"),
    Field(
        "scope.commitment",
        "rented",
        "Rented",
        "choice",
        choices=("on_demand", "spot", "capacity_block", "1y_reserved", "3y_reserved"),
    ),
    Field("scope.offer_classes", "rented from", "Classes of offers", "list", catalog="offer_classes"),
    Field("scope.max_price_age_days", "price age", "Prices at most days old", "optional", step=30.0, most=3650.0),
    Field("quality.max_loss_pct", "max loss %", "At most % of quality lost", "optional", step=0.5, most=100.0),
    Field("quality.any_quality", "any quality", "Whatever it loses", "choice", choices=("true", "false")),
    Field("limits.spare_replicas", "spares", "Spare replicas", "optional", step=1.0, most=1000.0),
    Field("limits.max_usd_per_hour", "max $/h", "At most $ an hour", "optional"),
    Field("limits.max_gpus", "max GPUs", "At most GPUs", "optional", step=1.0, most=1e6),
    Field("confidence", "confidence", "Confidence (0.5 to 0.99)", "optional", step=0.05, most=0.99),
)
BY_KEY = {field.key: field for field in FIELDS}
BY_ID = {field.id: field for field in FIELDS}
# What stands in place of a rate.
INSTEAD = ("traffic.users", "traffic.tokens_per_month")
TRUTHS = ("quality.any_quality",)
WHOLE = ("traffic.users", "limits.spare_replicas", "limits.max_gpus", "scope.max_price_age_days")
EXAMPLE: dict[str, str] = {
    "model": EXAMPLE_MODEL, "traffic.rate_per_s": "8", "input_tokens.mean": "1155",
    "input_tokens.p95": "3200", "output_tokens.mean": "211", "output_tokens.p95": "500", "percentile": "p95",
    "sla.ttft": "1", "sla.tpot": "0.05", "scope.commitment": "on_demand", "confidence": "0.8",
}  # fmt: skip


def typed_whole(field: Field, text: str) -> bool:
    """Whether a text is a value, or may become one only by more typing."""
    if field.kind in ("number", "optional"):
        try:
            return (not text and field.kind == "optional") or float(text) == float(text)
        except ValueError:
            return False
    if field.kind == "choice":
        return not text or not field.choices or text in field.choices
    return bool(text) or field.kind == "list"


def half_typed(texts: Mapping[str, str]) -> Field | None:
    """The first field that holds no whole value yet; a rate may be empty where users or a volume stand for it."""
    stands = any(texts[key].strip() for key in INSTEAD)
    for field in FIELDS:
        text = texts[field.key].strip()
        if not typed_whole(field, text) and (text or not stands or field.key != "traffic.rate_per_s"):
            return field
    return None


def stepped(field: Field, text: str, up: bool) -> str:
    """A number one step up or down; an empty one begins at its step, or at one."""
    try:
        value = float(text)
    except ValueError:
        return f"{field.step or 1.0:g}"
    if field.step:
        moved = min(field.most, max(0.0, value + (field.step if up else -field.step)))
        return f"{round(moved, 6):g}"
    if not 0 < value < 1e12:
        return text
    scale = 10.0 ** _decade(value)
    ladder = [scale * r for r in (0.8, *RENARD, 10.0, 12.5)]
    near = value * (1.0 + (1e-9 if up else -1e-9))
    found = next(r for r in ladder if r > near) if up else next(r for r in reversed(ladder) if r < near)
    return f"{found:.4g}"


def _decade(value: float) -> int:
    exponent = 0
    while value >= 10.0:
        value, exponent = value / 10.0, exponent + 1
    while value < 1.0:
        value, exponent = value * 10.0, exponent - 1
    return exponent


def cycled(choices: tuple[str, ...], text: str, forward: bool) -> str:
    """The next of the choices; the empty text stands before the first."""
    ring = ("", *choices)
    at = ring.index(text) if text in ring else 0
    return ring[(at + (1 if forward else -1)) % len(ring)]


def texts_of(data: Mapping[str, Any]) -> dict[str, str]:
    """The form's texts for a decoded workload file."""
    texts = {field.key: _text(_at(data, field.key)) for field in FIELDS if not field.key.startswith("sla.")}
    sla = data.get("sla") or {}
    percentiles = [key.split("_")[1] for key in sla]
    chosen = max(dict.fromkeys(percentiles), key=percentiles.count, default="p95")
    texts["percentile"] = chosen
    return texts | {f"sla.{m}": _text(sla.get(f"{m}_{chosen}_s")) for m in METRICS}


def data_of(texts: Mapping[str, str], base: Mapping[str, Any]) -> dict[str, Any]:
    """A decoded workload file from the form's texts, over what the opened file holds beside them.

    Raises InputError where a number is half typed.
    """
    data = {name: dict(table) if isinstance(table, Mapping) else table for name, table in base.items()}
    percentile = texts.get("percentile") or "p95"
    for field in FIELDS:
        if field.key == "percentile":
            continue
        _put(data, field.key, _value(field, texts.get(field.key, "").strip()))
    limits = data.pop("sla", {})
    stated = {f"{m}_{percentile}_s": limits.pop(m, None) for m in METRICS}
    data["sla"] = {**limits, **{key: value for key, value in stated.items() if value is not None}}
    if data.get("model"):
        for key in ("quality.benchmark", "quality.min_score"):
            _put(data, key, None)
    return {name: table for name, table in data.items() if table not in ({}, None)}


def rest_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a workload file holds that the form does not show."""
    rest = {name: dict(table) if isinstance(table, Mapping) else table for name, table in data.items()}
    percentile = texts_of(data)["percentile"]
    for field in FIELDS:
        key = f"{field.key}_{percentile}_s" if field.key.startswith("sla.") else field.key
        _put(rest, key, None)
    return {name: table for name, table in rest.items() if table not in ({}, None)}


def _at(data: Mapping[str, Any], key: str) -> Any:
    node: Any = data
    for part in key.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(str(v) for v in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _value(field: Field, text: str) -> Any:
    if not text:
        return None
    if field.kind in ("number", "optional"):
        if not typed_whole(field, text):
            raise InputError(f"{field.key}: not a whole value yet")
        number = float(text)
        return int(number) if field.key in WHOLE and number.is_integer() else number
    if field.key in TRUTHS:
        return text == "true"
    if field.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def with_key(data: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A decoded workload file with one key, `traffic.growth` for example, changed; None takes it away.

    Raises InputError where a part of the key is no table.
    """
    changed = {name: dict(table) if isinstance(table, Mapping) else table for name, table in data.items()}
    node: Any = changed
    for part in key.split(".")[:-1]:
        if not isinstance(node.setdefault(part, {}), dict):
            raise InputError(f"{key}: {part} is no table")
        node = node[part]
    _put(changed, key, value)
    return {name: table for name, table in changed.items() if table not in ({}, None)}


def hidden_keys(base: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Keys of a workload that the form does not show, and that act all the same.

    >>> hidden_keys({"traffic": {"growth": 0.1}, "tco": {"apis": ["a/b"]}})
    ['traffic.growth', 'tco.apis']
    """
    found: list[str] = []
    for key, value in base.items():
        found += hidden_keys(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [f"{prefix}{key}"]
    return found


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    *path, last = key.split(".")
    node = data
    for part in path:
        node = node.setdefault(part, {})
    if value is None:
        node.pop(last, None)
    else:
        node[last] = value
