"""Speculative decoding as it is asked for: who drafts, how many tokens a step, and how many tokens a step yields."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from planner.errors import InputError
from planner.request.strict import Strict

Method = Literal["mtp", "eagle", "draft", "block", "ngram"]
# Names under which engines and papers know a method.
ALIASES = {"eagle1": "eagle", "eagle2": "eagle", "eagle3": "eagle", "dflash": "block", "dspark": "block"}
MOST_DRAFTS = 16
FORM = "METHOD:DRAFTS[:ACCEPTED] with METHOD one of mtp, eagle, block, ngram, draft:MODEL"


class Speculation(Strict):
    """Drafts of one method.

    method: `mtp`, a model's own multi-token-prediction block; `eagle`, a draft head of one layer; `draft`, a smaller
    model, `drafter`; `block`, a drafter that proposes all tokens in one pass (DFlash); `ngram`, tokens looked up in the
    text. drafts: tokens proposed a step; accepted: mean tokens that a step yields, the verifier's own included, None
    for the default of the method.
    """

    method: Method
    drafts: Annotated[int, Field(ge=1, le=MOST_DRAFTS)]
    accepted: Annotated[float, Field(ge=1, le=MOST_DRAFTS + 1, allow_inf_nan=False)] | None = None
    drafter: Annotated[str, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.method == "draft") != bool(self.drafter):
            raise ValueError("a drafter is named where the method is draft, and only there")
        if self.accepted is not None and self.accepted > self.drafts + 1:
            raise ValueError(f"accepted: {self.accepted:g} tokens a step are more than {self.drafts} drafts and one")
        if self.method == "ngram" and self.accepted is None:
            raise ValueError("accepted: what n-grams yield depends on the text; state it (ngram:DRAFTS:ACCEPTED)")
        return self

    def __str__(self) -> str:
        head = f"draft:{self.drafter}" if self.drafter else self.method
        return f"{head}:{self.drafts}" + (f":{self.accepted:g}" if self.accepted is not None else "")


def parse_speculation(text: str) -> Speculation | None:
    """`mtp:3`, `eagle3:5:2.6` or `draft:Qwen/Qwen3-0.6B:4` as a record, None for `none`; raises InputError."""
    plain = text.strip()
    if plain.lower() in ("", "none", "off"):
        return None
    parts = [part.strip() for part in plain.split(":")]
    head = parts.pop(0).lower()
    method = ALIASES.get(head, head)
    drafter = None
    if method == "draft" and parts:
        # A name may have a colon of its own, before the mix of a GGUF repository.
        named = max(1, len(parts) - (2 if len(parts) > 2 and parts[-2].isdigit() else 1))
        drafter, parts = ":".join(parts[:named]), parts[named:]
    if method not in get_args(Method) or not 1 <= len(parts) <= 2:
        raise InputError(f"speculation: {plain[:60]!r} is not {FORM}")
    try:
        numbers = [int(parts[0]), *(float(part) for part in parts[1:])]
    except ValueError:
        raise InputError(f"speculation: {plain[:60]!r} is not {FORM}") from None
    accepted = numbers[1] if len(numbers) > 1 else None
    try:
        return Speculation(method=method, drafts=numbers[0], accepted=accepted, drafter=drafter)
    except ValueError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ") if hasattr(error, "errors") else str(error)
        raise InputError(f"speculation: {reason}") from None
