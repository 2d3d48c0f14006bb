"""The claims about quality: benchmark scores, ratings, and what to host for equal quality."""

from __future__ import annotations

from docs.figures.article import APIS, MODEL, Row, claims, money
from docs.figures.article_money import ASKED
from docs.figures.prose import listed, paragraph, table
from docs.figures.shell import ROOT
from models_db.quality import Score, read_scores, scores
from models_db.ratings import DATE, arena_rows

CLOSED = "examples/closed-scores.csv"
BENCHMARKS = {"MMLU (CoT)": "MMLU", "HumanEval": "HumanEval", "GSM-8K (CoT)": "GSM8K"}
OPEN_MODELS = ("Llama 3.1 8B Instruct", "Llama 3.1 70B Instruct", "Llama 3.1 405B Instruct")
LARGEST, GPT4 = OPEN_MODELS[-1], "openai/gpt-4"
# Ratings are named as the leaderboard's list names models.
RATED = {
    "Llama 2 70B": "meta/llama-2-70b-chat", "Llama 3.1 70B": "meta/llama-3.1-70b-instruct",
    "Llama 3.1 405B": "meta/llama-3.1-405b-instruct", "GPT-4": "openai/gpt-4", "GPT-4 Turbo": "openai/gpt-4-turbo",
    "GPT-4o": "openai/gpt-4o",
}  # fmt: skip
BEFORE = "Llama 2 70B"
CLAIMED_GAP = (0.7, 0.9)


def _score(model: str, benchmark: str) -> Score:
    """The one score of a model on a benchmark, by its whole name. Raises ValueError where there is none."""
    found = [s for s in (*scores(), *read_scores(ROOT / CLOSED)) if (s.model, s.benchmark) == (model, benchmark)]
    if len({score.score for score in found}) != 1:
        raise ValueError(f"{model}, {benchmark}: {len(found)} scores")
    return found[0]


def benchmarks() -> str:
    """The article's three benchmarks, with the sources of the scores."""
    names = {model: model.removesuffix(" Instruct") for model in OPEN_MODELS} | {GPT4: "GPT-4"}
    rows = []
    for benchmark, short in BENCHMARKS.items():
        found = [_score(model, benchmark) for model in names]
        rows.append([f"{short}, {found[0].shots} shots", *(f"{score.score:.1f}" for score in found)])
    sources = dict.fromkeys(_score(model, benchmark).source for model in names for benchmark in BENCHMARKS)
    stated = paragraph(f"Percent. Sources: {'; '.join(sources)}. MMLU and GSM8K with a chain of thought.")
    return f"{table(['benchmark', *names.values()], rows)}\n\n{stated}"


def _ratings() -> dict[str, tuple[float, str]]:
    """Rating and 95 % interval by the name of `RATED`."""
    found = {model: (rating, told) for model, task, rating, told, _, _ in arena_rows() if task == "Arena"}
    return {name: found[key] for name, key in RATED.items()}


def _best(*, in_catalog: bool) -> tuple[float, str]:
    """The highest rating and who has it: of models with a record in the catalog, or of all."""
    return max(
        (rating, source.partition(", ")[2])
        for _, task, rating, _, source, catalog in arena_rows()
        if task == "Arena" and (catalog is not None or not in_catalog)
    )


def quality() -> str:
    """Whether 405B matches GPT-4, and how much of the gap is closed."""
    return claims([_matches(), _gap()])


def _matches() -> Row:
    more = {short: _score(LARGEST, name).score - _score(GPT4, name).score for name, short in BENCHMARKS.items()}
    ratings = _ratings()
    own, rated = ratings["Llama 3.1 405B"], [name for name in ratings if name.startswith("GPT")]
    figure = (
        f"points above GPT-4 (0125): {', '.join(f'{name} {found:+.1f}' for name, found in more.items())}. Arena of "
        f"{DATE}: Llama 3.1 405B {own[0]:.0f}, {', '.join(f'{name} {ratings[name][0]:.0f}' for name in rated)} (95 % "
        "intervals of 3 to 5 points)"
    )
    below = [name for name in rated if ratings[name][0] > own[0]]
    above = [name for name in rated if name not in below]
    if min(more.values()) < 0.0 or "GPT-4" in below:
        return "405B matches GPT-4", figure, "in part" if max(more.values()) >= 0.0 else "no"
    verdict = f"yes, it is above {listed(above)}" + (f" and below {listed(below)}" if below else "")
    return "405B matches GPT-4", figure, verdict


def _gap() -> Row:
    ratings = _ratings()
    start = ratings[BEFORE][0]
    best, of_all = _best(in_catalog=True), _best(in_catalog=False)
    shares = {
        f"{ours} to {theirs}": (ratings[ours][0] - start) / (ratings[theirs][0] - start)
        for theirs in ("GPT-4", "GPT-4o") for ours in ("Llama 3.1 70B", "Llama 3.1 405B")
    }  # fmt: skip
    shares[f"{best[1]} to {of_all[1]}"] = (best[0] - start) / (of_all[0] - start)
    low, high = CLAIMED_GAP
    figure = (
        f"of the gap from {BEFORE} to a closed model, in ratings of the Arena: "
        + "; ".join(f"{name} {share:.0%}" for name, share in shares.items())
        + ". The last two are the best with open weights in the catalog and the best of all"
    )
    within = [name for name, share in shares.items() if low <= round(share, 2) <= high]
    above = [name for name, share in shares.items() if round(share, 2) > high]
    verdict = f"for {listed(within)}" if within else "for none of these"
    return (
        "open weights close 70 to 90 % of the gap", figure,
        f"{verdict}; more for {listed(above)}" if above else verdict,
    )  # fmt: skip


def equal() -> str:
    """The ratings behind the table of money, and the smallest open model that is rated no lower than each API."""
    rows = {row["api"]: row for row in money(ASKED)["quality"] if row["benchmark"] == "Arena"}
    own = next(iter(rows.values()))["model_score"]
    rated = ", ".join(f"{name} {rows[api]['api_score']:.0f}" for api, name in APIS.items())
    peers = listed([f"{rows[api]['open_peer']} for {name}" for api, name in APIS.items()])
    return paragraph(
        f"The money above is not compared at equal quality. Arena ratings of {DATE} (blind preferences of people): "
        f"{MODEL.partition('/')[2]} {own:.0f}, {rated}. The smallest open models that are rated no lower: {peers}. "
        "`gpuplan tco` names that model beside every API."
    )
