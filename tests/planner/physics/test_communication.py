from __future__ import annotations

import numpy as np
import pytest

from models_db.formats import find_format, find_kv_format
from planner.catalogs import Catalogs
from planner.physics.coefficients import Coefficients
from planner.physics.communication import collectives
from planner.physics.design import Designs
from planner.physics.engines import find_engine
from planner.physics.rates import rates
from planner.physics.split import Split
from planner.physics.work import Work

DENSE, EXPERTS = "meta-llama/Llama-3.1-70B-Instruct", "deepseek-ai/DeepSeek-V3"
SHIPPED = Coefficients.shipped()


def work(catalogs: Catalogs, gpu: str, split: Split, model: str = DENSE, tokens: float = 1000.0) -> Work:
    found, engine = catalogs.models.find(model).model, find_engine("vllm")
    formats = find_format("bf16"), find_kv_format("bf16")
    design = Designs.single(found, catalogs.hardware.accelerator(gpu), *formats, engine, split)
    return collectives(design, rates(design, SHIPPED), np.array([[tokens]]))


def seconds(found: Work) -> tuple[float, float]:
    return float(np.ravel(found.memory_s)[0]), float(np.ravel(found.fixed_s)[0])


def test_one_device_talks_to_nobody(catalogs: Catalogs) -> None:
    assert seconds(work(catalogs, "H100", Split())) == (0.0, 0.0)


def test_every_layer_reduces_twice(catalogs: Catalogs) -> None:
    moving, starting = seconds(work(catalogs, "L40S", Split(tp=2)))
    message = 1000 * 8192 * 2.0
    assert moving == pytest.approx(160 * message / 20e9)
    assert starting == pytest.approx(160 * 5.5e-6)


def test_stages_in_one_machine_send_by_their_link_and_others_by_the_network(catalogs: Catalogs) -> None:
    message = 1000 * 8192 * 2.0
    inside, starting = seconds(work(catalogs, "H100", Split(pp=4)))
    assert inside == pytest.approx(3 * message / (0.75 * 450e9))
    assert starting == pytest.approx(3e-5)
    wide, eight = (seconds(work(catalogs, "H100", Split(tp=8, pp=pp))) for pp in (2, 1))
    assert wide[0] - eight[0] == pytest.approx(message / 37.5e9)
    assert wide[1] - eight[1] == pytest.approx(22e-6)


def test_two_machines_add_the_network_to_the_switch(catalogs: Catalogs) -> None:
    sixteen, eight = (seconds(work(catalogs, "H100", Split(tp=tp))) for tp in (16, 8))
    assert sixteen[0] - eight[0] == pytest.approx(160 * 1000 * 8192 * 2.0 / 8 / 37.5e9)
    assert sixteen[1] - eight[1] == pytest.approx(160 * 22e-6)


def test_experts_on_two_machines_exchange_by_the_network(catalogs: Catalogs) -> None:
    inside, across = (seconds(work(catalogs, "H100", Split(ep=n, dp=n), EXPERTS)) for n in (8, 16))
    assert across[0] > 3.0 * inside[0]
    assert across[1] > inside[1]
