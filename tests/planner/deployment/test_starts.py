from __future__ import annotations

import pytest

from planner.answers import DoesNotFit
from planner.catalogs import Catalogs
from planner.deployment.starts import Starts
from planner.errors import InputError
from planner.physics.deployment import Deployment
from planner.planner import Planner
from tests.planner.conftest import EIGHT, SEVENTY, chat_request


def test_a_planner_starts_checks_and_reads(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    assert isinstance(planner, Starts)
    named = Deployment(EIGHT, "L40S")
    text = planner.export(named, "vllm")
    assert isinstance(text, str)
    assert planner.read_command(text).model == EIGHT
    script = planner.bench(named, chat_request(model=EIGHT), ["vllm"])
    assert isinstance(script, str)
    assert "vllm bench serve" in script


def test_what_does_not_fit_is_a_record(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    assert isinstance(planner.export(Deployment(SEVENTY, "L40S"), "vllm"), DoesNotFit)
    assert isinstance(planner.bench(Deployment(SEVENTY, "L40S"), chat_request()), DoesNotFit)


def test_bad_input_is_refused(catalogs: Catalogs) -> None:
    planner = Planner(catalogs=catalogs)
    with pytest.raises(InputError, match="target"):
        planner.export(Deployment(EIGHT, "L40S"), "helm")
    with pytest.raises(InputError, match="a plan, a saved plan or a deployment"):
        planner.export(3, "vllm")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="text"):
        planner.read_command(3)  # type: ignore[arg-type]
