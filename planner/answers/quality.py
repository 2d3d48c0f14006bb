"""What quality a weight and a cache format keep, and on whose measurements that rests."""

from typing import Literal

from models_db.quantization_loss import OWN_FORMAT
from planner.answers.base import Answer

Evidence = Literal["this model", "family", "size class", "none"]
MeasuredKind = Literal["native", "task", "long", "perplexity", "none"]

NEAREST: dict[Evidence, str] = {
    "this model": "measured on this model",
    "family": "too few measurements of this model; nearest: its family",
    "size class": "too few measurements of this model; nearest: its size class",
    "none": "not measured",
}


class FormatLoss(Answer):
    """What one format loses [% of the score], None where nothing was measured; `range_pct` holds it with 80 %.

    evidence: whose measurements carry most of the estimate; measured: what they are of, `native` where nothing is lost
    by definition; rows, questions, models, benchmarks, sources: of these measurements; note: what else there is to say.
    """

    format: str
    loss_pct: float | None
    range_pct: tuple[float, float] | None
    evidence: Evidence
    measured: MeasuredKind
    rows: int
    questions: int
    models: list[str]
    benchmarks: list[str]
    sources: list[str]
    note: str


class ServedQuality(Answer):
    """The loss of weights and cache together, against the published checkpoint with a 16-bit cache [% of the score].

    within_limit: whether it is known to be within the most that formats may cost; made_with: the public tool that
    writes the weights, empty for the checkpoint's own format.
    """

    loss_pct: float | None
    range_pct: tuple[float, float] | None
    benchmark: str
    evidence: Evidence
    within_limit: bool
    made_with: str
    weights: FormatLoss
    cache: FormatLoss

    @property
    def short(self) -> str:
        """The loss in a few words."""
        if self.weights.measured == self.cache.measured == "native":
            return "nothing lost"
        return "loss not measured" if self.loss_pct is None else f"loses {self.loss_pct:.1f} % ({self.evidence})"

    @property
    def text(self) -> str:
        """The loss in one phrase: how much, how sure, whose measurements."""
        parts = (self.weights, self.cache)
        if all(part.measured == "native" for part in parts):
            both = f"{self.weights.note} and {self.cache.note}"
            if self.weights.note == OWN_FORMAT:
                return f"nothing is lost: {both} are the reference"
            return f"nothing that is measured is lost: {both}"
        if self.loss_pct is None or self.range_pct is None:
            return "no measurement: " + "; ".join(part.note for part in parts if part.evidence == "none")
        low, high = self.range_pct
        rows = sum(part.rows for part in parts)
        amount = f"loses {self.loss_pct:.1f} % (80 % range {low:.1f} to {high:.1f})"
        return f"{amount}, {NEAREST[self.evidence]} ({rows} rows: {self.benchmark})"


class LooserChoice(Answer):
    """A plan whose formats lose more than allowed, or of which nothing was measured. Dollars are USD an hour;
    what it saves is None where nothing within the limit meets the request."""

    weight_format: str
    kv_format: str
    gpu: str
    usd_per_hour: float
    saves_usd_per_hour: float | None
    quality: ServedQuality
    simulated: bool
    text: str
