"""How the serving engine is set: what a user gives it beside the model, under the engine's own names."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from planner.dates import real_date
from planner.request.ggml import GgmlSettings
from planner.request.memory import MemorySettings
from planner.request.speculation import Speculation, parse_speculation

DEFAULT_MAX_NUM_SEQS = 256
DAY = re.compile(r"^20\d\d-")
# Settings with words of their own.
TOLD_APART = ("eager", "speculation", "memory")
VERSION = r"^(b\d{3,6}|v?\d+(\.\d+)*\S*|20\d\d-\d\d(-\d\d)?)$"


def _version(text: str) -> str:
    return real_date(text) if DAY.match(text) else text


def _speculation(value: object) -> object:
    return parse_speculation(value) if isinstance(value, str) else value


class EngineSettings(GgmlSettings):
    """Settings of an engine; None leaves the engine's default.

    engine_version: as of which version (`0.10.1`), build (`b6325`) or day (`2025-07-22`); max_model_len: most tokens
    of one request, input and output together; max_num_batched_tokens: token budget of one step; max_num_seqs: most
    sequences that run at once; memory_fraction: share of a GPU's memory that the engine may use; eager: without CUDA
    graphs; speculation: who drafts how many tokens, a record or `METHOD:DRAFTS[:ACCEPTED]`; memory: how pools are
    divided and what is loaded beside the model, the table `[engine.memory]`. Those of llama.cpp alone are in
    `GgmlSettings`.
    """

    engine_version: Annotated[str, Field(pattern=VERSION, max_length=40), AfterValidator(_version)] | None = None
    max_model_len: Annotated[int, Field(ge=1, le=100_000_000)] | None = None
    max_num_batched_tokens: Annotated[int, Field(ge=1, le=131_071)] | None = None
    max_num_seqs: Annotated[int, Field(ge=1, le=65_536)] | None = None
    memory_fraction: Annotated[float, Field(ge=0.01, le=1, allow_inf_nan=False)] | None = None
    eager: bool = False
    speculation: Annotated[Speculation | None, BeforeValidator(_speculation)] = None
    memory: MemorySettings = MemorySettings.model_construct()

    def on_host(self, n_layers: int) -> bool:
        """Whether a part of a model of so many layers is in host memory."""
        return super().on_host(n_layers) or bool(self.memory.cpu_offload_gib)

    @property
    def sequences(self) -> int:
        """Most sequences of a deployment that is named rather than searched for."""
        stated = self.parallel if self.max_num_seqs is None else self.max_num_seqs
        return DEFAULT_MAX_NUM_SEQS if stated is None else stated

    def problem(self, tokens: float, model: str, context: int | None) -> str:
        """Why a model is not served so: requests of `tokens` on average, or a length beyond its own context."""
        if self.max_model_len is None:
            return ""
        named = f"--max-model-len (engine.max_model_len): {self.max_model_len}"
        if context and self.max_model_len > context:
            return f"{named} is more than the context of {model} ({context})"
        return f"{named} is less than the {tokens:g} tokens of a mean request" if tokens > self.max_model_len else ""

    def texts(self) -> list[str]:
        """What is set, in words; empty where nothing is."""
        told = {name: getattr(self, name) for name in type(self).model_fields if name not in TOLD_APART}
        stated = [
            f"{name} {value:g}" if isinstance(value, int | float) else f"{name} {value}"
            for name, value in told.items()
            if value is not None
        ]
        texts = [f"engine settings: {', '.join(stated)}"] if stated else []
        if self.memory.text():
            texts.append(f"memory settings: {self.memory.text()}")
        if self.max_model_len is not None:
            texts.append(f"requests longer than {self.max_model_len} tokens are refused")
        if self.speculation is not None:
            texts.append(f"speculation: {self.speculation}")
        if self.eager:
            texts.append("eager: no CUDA graphs in memory; every step launches its kernels from the host")
        return texts


# Constructed, not validated: nothing is stated, and no validator need be built for it.
AS_SHIPPED = EngineSettings.model_construct()
