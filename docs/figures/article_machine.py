"""The claims about memory and machines."""

from __future__ import annotations

from typing import Any

from docs.figures.article import HOURS_A_YEAR, MODEL, Row, claims
from docs.figures.prose import usd
from docs.figures.shell import record

LARGE, SMALL, CARD = "A100 SXM 80GB", "A100 SXM 40GB", "L40S"
CLAIMED_GB, CLAIMED_GPUS, CLAIMED_USD = 140.0, 8, 80_000.0
NEAR = 0.1


def machine() -> str:
    """Weights, GPUs that hold them, and what eight A100 cost a year."""
    return claims([_weights(), _gpus(), _rent()])


def _weights() -> Row:
    params = record("models", "show", MODEL)["params_published"]
    gb = 2.0 * params / 1e9
    verdict = "yes" if abs(gb / CLAIMED_GB - 1.0) < NEAR else "no"
    figure = f"{params / 1e9:.2f} billion parameters of two bytes: {gb:.1f} GB ({gb * 1e9 / 2**30:.1f} GiB)"
    return "Llama 3.1 70B needs about 140 GB in fp16", figure, verdict


def _fits(weights: str, *gpus: str) -> dict[str, Any]:
    named = [word for gpu in gpus for word in ("--gpu", gpu)]
    found = record("fit", "-m", MODEL, "--weights", weights, "--context", "8192", *named)
    return {row["gpu"]: row for row in found["rows"]}


def _gpus() -> Row:
    half, quarter = _fits("fp16", LARGE, SMALL), _fits("awq_int4_g128", LARGE, CARD)
    large, small = half[LARGE]["smallest_tp"], half[SMALL]["smallest_tp"]
    figure = (
        f"{large} x A100 80GB hold it with {half[LARGE]['max_sequences']} sequences of 8,192 tokens; of the 40 GB kind "
        f"{small} are needed; in INT4 {quarter[LARGE]['smallest_tp']} x A100 80GB or "
        f"{quarter[CARD]['smallest_tp']} x L40S (48 GB)"
    )
    eight = [kind for kind, needed in (("80 GB", large), ("40 GB", small)) if needed == CLAIMED_GPUS]
    verdict = "no" if not eight else "yes" if len(eight) == 2 else f"only for the {eight[0]} A100 in fp16"
    return "that takes 8x A100", figure, verdict


def _yearly(offers: list[Any], key: str) -> list[tuple[float, str]]:
    """What eight A100 80GB in one machine cost a year at each provider [USD], cheapest first."""
    found: dict[str, float] = {}
    for offer in offers:
        if offer[key] is not None and offer["accelerators"] == CLAIMED_GPUS:
            a_year = offer[key] * HOURS_A_YEAR
            found[offer["provider"]] = min(a_year, found.get(offer["provider"], a_year))
    return sorted((a_year, provider) for provider, a_year in found.items())


def _rent() -> Row:
    offers = record("prices", "--gpu", LARGE)
    large = [offer for offer in offers if offer["offer_class"] == "hyperscaler"]
    cloud = [offer for offer in offers if offer["offer_class"] == "cloud"]
    per_hour = CLAIMED_USD / CLAIMED_GPUS / HOURS_A_YEAR
    demand, reserved = _yearly(large, "usd_per_hour_on_demand"), _yearly(large, "usd_per_hour_1y_reserved")
    named = [f"{who} {usd(a_year)}" for a_year, who in demand]
    saved = [f"{who} {usd(a_year)}" for a_year, who in reserved]
    elsewhere = _yearly(cloud, "usd_per_hour_on_demand")
    figure = (
        f"eight in one machine, 80 GB each, on demand: {', '.join(named)}; reserved for a year: {', '.join(saved)}; at "
        f"smaller clouds from {usd(elsewhere[0][0])} ({elsewhere[0][1]}). $80,000 are {usd(per_hour)} a GPU-hour"
    )
    places = [name for name, found in (("large clouds", [*demand, *reserved]), ("smaller clouds", elsewhere))
              if found and min(found)[0] <= CLAIMED_USD * (1.0 + NEAR)]  # fmt: skip
    verdict = f"at {' and '.join(places)} only" if len(places) == 1 else "yes" if places else "no"
    return "8x A100 cost about $80,000 a year", figure, verdict
