"""What runs where, as the evidence knows it: a model on a GPU under an engine, in a weight format, cut in a way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardware_db.schema import Accelerator
    from models_db.formats import Format
    from models_db.schema import Model
    from planner.physics.design import Designs
    from planner.physics.engines import Engine
    from planner.physics.split import Split


class EvidenceCase(NamedTuple):
    """Ids of a configuration, its split as text, the era and GPU generation that factors are fitted by."""

    model: str
    gpu: str
    engine: str
    weights: str
    split: str
    era: str
    generation: str

    @property
    def configuration(self) -> tuple[str, str, str, str, str]:
        return self.model, self.gpu, self.engine, self.weights, self.split


def case_of(model: Model, gpu: Accelerator, engine: Engine, fmt: Format, split: Split) -> EvidenceCase:
    return EvidenceCase(model.id, gpu.id, engine.id, fmt.id, str(split), engine.era, gpu.generation)


def case_at(designs: Designs, row: int) -> EvidenceCase:
    """The case of one row."""
    gpu, engine = designs.gpus[designs.gpu[row]], designs.engines[designs.engine[row]]
    return case_of(designs.model, gpu, engine, designs.formats[designs.fmt[row]], designs.split_at(row))
