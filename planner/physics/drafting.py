"""Who drafts tokens for a model: the drafter as a model of its own, and what a step yields."""

from __future__ import annotations

from collections.abc import Mapping

from models_db.formats import Format, find_format, served_format
from models_db.schema import Attention, Dense, Layers, Mixer, Model, Moe
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.frozen import dataclass
from planner.request.speculation import Method, Speculation

HALF = "bf16"
# `draft_vocab_size` of the EAGLE-3 heads published for Llama and Qwen models; layers of the published DFlash drafters.
HEAD_VOCAB = 32_000
BLOCK_LAYERS = 5


@dataclass(frozen=True)
class Drafting:
    """A method of `Speculation` with its draft model found; `accepted` is None for the default of the method."""

    method: Method
    drafts: int
    accepted: float | None = None
    model: Model | None = None

    @property
    def passes(self) -> int:
        """Passes of the drafter one after another in a step."""
        return {"ngram": 0, "block": 1}.get(self.method, self.drafts)

    @property
    def rows(self) -> int:
        """Tokens of a sequence in one pass."""
        return self.drafts + 1 if self.method == "block" else 1

    def format(self, target: Format) -> Format:
        """How the drafter is stored: the blocks of a checkpoint as it is, heads in 16 bit, a model as it is served."""
        if self.method == "draft" and self.model is not None:
            return served_format(self.model, HALF)
        return target if self.method == "mtp" else find_format(HALF)


def drafting(asked: Speculation, target: Model, catalogs: Catalogs) -> Drafting:
    """What is asked, on a model; raises InputError where the model cannot draft so."""
    if asked.method == "mtp" and not target.mtp_layers:
        raise InputError(f"speculation: {target.id} has no multi-token-prediction layers")
    model = catalogs.models.find(asked.drafter).model if asked.drafter else None
    return Drafting(asked.method, asked.drafts, asked.accepted, model)


def accepted_tokens(d: Drafting, acceptance: Mapping[str, float]) -> float:
    """Mean tokens that a step yields: as stated, else 1 + a + ... + a^drafts with the method's share `a` of drafts
    accepted after accepted ones (arXiv 2211.17192, equation 1), so that each further draft adds less.

    >>> from planner.physics.drafting import Drafting
    >>> round(accepted_tokens(Drafting("mtp", 3), {"mtp": 0.5}), 3)
    1.875
    """
    if d.accepted is not None:
        return d.accepted
    share = acceptance[d.method]
    return float(sum(share**k for k in range(d.drafts + 1)))


def drafter_model(d: Drafting, target: Model, *, held: bool = False) -> Model | None:
    """The drafter as a model; None where nothing but the host drafts.

    mtp: the last layer of the target; eagle: one dense layer in its shape, with a head over HEAD_VOCAB tokens;
    block: BLOCK_LAYERS such layers under the target's head. All join two hidden vectors into one first, as many
    weights as a feed-forward part without gates that is as wide as the hidden vector. `held`: as it lies in memory,
    beside the target whose embedding (and head, of all but eagle) it uses.
    """
    if d.method in ("ngram", "draft"):
        return d.model
    last = target.layers[-1]
    join = Layers(count=1, ffns=(Dense(intermediate=target.hidden, gated=False),))
    layer = last.model_copy(update={"count": 1})
    if d.method != "mtp":
        count = BLOCK_LAYERS if d.method == "block" else 1
        layer = Layers(count=count, mixers=(_mixer(target),), ffns=(Dense(intermediate=_width(target)),))
    vocab = min(target.vocab, HEAD_VOCAB) if d.method == "eagle" else 1 if held else target.vocab
    changes = {
        "id": f"{target.id} {d.method}", "layers": (join, layer), "vocab": vocab, "tied_embeddings": held,
        "mtp_layers": 0, "mtp_params": 0, "vision_params": 0, "encoder": None, "unplaced_params": 0, "lookup_params": 0,
        "small_params": 0, "rope_positions": 0,
    }  # fmt: skip
    return target.model_copy(update=changes)


def _mixer(target: Model) -> Mixer:
    """Softmax attention where the target has any without a window, else the mixer of its last layer."""
    mixers = [m for group in target.layers for m in group.mixers]
    return next((m for m in mixers if isinstance(m, Attention) and m.kv == "own" and not m.window), mixers[-1])


def _width(target: Model) -> int:
    """Width of a dense part that does the work of one layer of the target for a token."""
    parts = [f for group in target.layers for f in group.ffns]
    return max(f.topk * f.intermediate + f.shared if isinstance(f, Moe) else f.intermediate for f in parts)
