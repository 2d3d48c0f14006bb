"""Parameter counts of layers for multi-token prediction, and of what else a checkpoint stores beside the main model.

A layer for multi-token prediction is one more layer of the model, a projection of its two inputs, and three norms.
Source: differences between published counts and shapes, all to the unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models_db.importers.keys import Keys
from models_db.importers.parts import Parts
from models_db.matrices import matrices
from models_db.schema import Attention, Layers, Model, Moe, Uncounted

COUNTS = ("num_nextn_predict_layers", "mtp_num_hidden_layers")


@dataclass(frozen=True, slots=True)
class MtpRule:
    """What a class stores for it.

    copies: vocabulary matrices that are stored once more; biased: routers have a bias for each expert, which no count
    of the main model has; always: a config written by transformers does not say that there is such a layer; never: one
    says so, and the checkpoint has none.
    """

    copies: int = 0
    biased: bool = False
    always: bool = False
    never: bool = False


RULES: Mapping[str, MtpRule] = {
    "DeepseekV3ForCausalLM": MtpRule(copies=2, biased=True),
    "DeepseekV32ForCausalLM": MtpRule(copies=2, biased=True),
    "Glm4MoeForCausalLM": MtpRule(copies=2, biased=True),
    "Glm4MoeLiteForCausalLM": MtpRule(copies=2, biased=True),
    "GlmOcrForConditionalGeneration": MtpRule(copies=2),
    "GlmMoeDsaForCausalLM": MtpRule(biased=True),
    "Glm4vMoeForConditionalGeneration": MtpRule(biased=True),
    "HYV3ForCausalLM": MtpRule(biased=True, always=True),
    "LongcatFlashForCausalLM": MtpRule(copies=1, biased=True, always=True),
    "Glm5NextForConditionalGeneration": MtpRule(biased=True),
    "NemotronHForCausalLM": MtpRule(),
    "Qwen3NextForCausalLM": MtpRule(),
    "Qwen3_5ForConditionalGeneration": MtpRule(),
    "Qwen3_5MoeForConditionalGeneration": MtpRule(),
    "Qwen3_5ForCausalLM": MtpRule(),
    "Qwen3_5MoeForCausalLM": MtpRule(),
    "MiniCPMV4_6ForConditionalGeneration": MtpRule(never=True),
    "Exaone4_5_ForConditionalGeneration": MtpRule(),
}


def layers(k: Keys, name: str) -> int:
    """Layers for multi-token prediction that a checkpoint of the class has."""
    rule = RULES.get(name, MtpRule())
    return 0 if rule.never else k.count(*COUNTS, default=int(rule.always), least=0)


def left_out(model: Model, parts: Parts, k: Keys, name: str) -> tuple[Uncounted, ...]:
    """The layers for multi-token prediction and the biases of routers, counted where the class is known."""
    rule, found = RULES.get(name), []
    if model.mtp_layers:
        said = f"{model.mtp_layers} layers for multi-token prediction" if model.mtp_layers > 1 else "the layer for MTP"
        found.append(Uncounted(name=said, params=None if rule is None else params(model, k, rule)))
    if rule is not None and rule.biased:
        biases = _biases(model, parts)
        found += [Uncounted(name="biases of routers", params=biases)] if biases else []
    return tuple(found)


def params(model: Model, k: Keys, rule: MtpRule) -> int:
    """Of all layers for multi-token prediction."""
    shared = "mtp_share_layers" in k and k.flag("mtp_share_layers")
    count = 1 if shared else model.mtp_layers
    h = model.hidden
    return count * (_elements(model, _blocks(model)) + 2 * h * h + 3 * h) + rule.copies * model.vocab * h


def _blocks(model: Model) -> list[Layers]:
    """What is repeated: a layer with softmax attention, and where that has no experts of its own, one with them."""
    groups = [g.model_copy(update={"count": 1}) for g in model.layers]
    full = [g for g in groups if g.mixers and getattr(g.mixers[0], "window", None) is None and not _recurrent(g)]
    block = (full or groups)[-1]
    if len(block.mixers) > 1:
        halves = (block.mixers[:1], block.ffns[:1], block.small_params // 2)
        return [block.model_copy(update=dict(zip(("mixers", "ffns", "small_params"), halves, strict=True)))]
    if block.ffns or not isinstance(block.mixers[0] if block.mixers else None, Attention):
        return [block]
    feeding = [g for g in groups if not g.mixers and any(isinstance(f, Moe) for f in g.ffns)]
    return [block, *feeding[-1:]]


def _recurrent(group: Layers) -> bool:
    return any(mixer.kind in ("linear", "ssm", "conv") for mixer in group.mixers)


def _elements(model: Model, blocks: list[Layers]) -> int:
    alone = model.model_copy(update={"layers": tuple(blocks)})
    table = [m for m in matrices(alone) if m.role not in ("embedding", "head")]
    return sum(m.elements for m in table) + sum(block.small_params for block in blocks)


def _biases(model: Model, parts: Parts) -> int:
    """One for each expert of each layer, those for prediction too where they have experts."""
    moes = [(g.count, f.experts + f.zero_experts) for g in parts.layers for f in g.ffns if isinstance(f, Moe)]
    more = sum(f.experts for b in _blocks(model) for f in b.ffns if isinstance(f, Moe)) * model.mtp_layers
    return sum(count * experts for count, experts in moes) + more
