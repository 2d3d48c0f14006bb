"""What a design rests on that nobody measured, in words."""

from __future__ import annotations

from models_db.formats import Format
from planner.physics.case import EvidenceCase, case_at
from planner.physics.coefficient_parts import FitEvidence
from planner.physics.coefficients import Coefficients
from planner.physics.design import Designs
from planner.physics.engines import Engine
from planner.physics.split import is_moe
from planner.physics.versions import version_key

UNPROVEN = "not measured, so less certain: "


def unproven(designs: Designs, row: int, coefficients: Coefficients) -> list[str]:
    """What of a design no measured run of the evidence has; nothing where all of it was measured together.

    The engine's version; the model, its weight format and its split on this GPU under this engine; the engine's era on
    GPUs of this generation; pipeline stages on this GPU; experts in integer weights on GPUs of this generation.
    """
    case, seen, runtime = case_at(designs, row), coefficients.evidence, designs.engines[designs.engine[row]]
    late = _of_version(runtime, seen)
    if case.configuration in seen.configurations:
        return late
    gpu, engine = designs.gpus[designs.gpu[row]].name, runtime.name
    place, fmt = f"on {gpu} under {engine}", designs.formats[designs.fmt[row]]
    gaps = [
        *_of_era(case, seen, f"{engine} {runtime.as_of}".rstrip()),
        *_of_model(case, seen, fmt, place),
        *_of_stages(case, seen, int(designs.pp[row]), place),
    ]
    if is_moe(designs.model) and _integers(fmt) and (case.era, case.generation, fmt.id) not in seen.experts:
        gaps.append(f"experts in {fmt.name} on GPUs of this generation under this version of {engine}")
    return [*(f"{UNPROVEN}{gap}" for gap in gaps), *late]


def _of_version(engine: Engine, seen: FitEvidence) -> list[str]:
    """A version asked for that is newer than every one measured."""
    asked, known = engine.settings.engine_version, dict(seen.newest).get(engine.id)
    if asked is None or known is None or not asked[0].isdigit() or version_key(asked) <= version_key(known):
        return []
    return [] if asked.startswith("20") else [f"{UNPROVEN}{engine.name} {asked}: the newest measured is {known}"]


def _integers(fmt: Format) -> bool:
    return "int4" in fmt.id


def _of_era(case: EvidenceCase, seen: FitEvidence, engine: str) -> list[str]:
    if (case.era, case.generation) in seen.combos:
        return []
    return [f"{engine} on GPUs of this generation ({case.generation}; kernels as of {case.era})"]


def _of_model(case: EvidenceCase, seen: FitEvidence, fmt: Format, place: str) -> list[str]:
    alike = [c for c in seen.configurations if c[:3] == (case.model, case.gpu, case.engine)]
    if not alike:
        return [f"{case.model} {place}"]
    if case.weights not in {c[3] for c in alike}:
        formats, cuts = (", ".join(sorted({c[i] for c in alike})) for i in (3, 4))
        cut = "" if case.split in {c[4] for c in alike} else f" and cut {case.split}"
        return [f"{case.model} in {fmt.name}{cut} {place} (measured: {formats}{f'; {cuts}' if cut else ''})"]
    return [
        f"{case.model} in {fmt.name} cut {case.split} {place} (measured: "
        f"{', '.join(sorted({c[4] for c in alike if c[3] == case.weights}))})"
    ]


def _of_stages(case: EvidenceCase, seen: FitEvidence, pp: int, place: str) -> list[str]:
    staged = any(c[1:3] == (case.gpu, case.engine) and " pp" in c[4] for c in seen.configurations)
    return [f"pipeline stages {place}"] if pp > 1 and not staged else []
