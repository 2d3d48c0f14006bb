from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.formulas.memory import GIB
from planner.physics.coefficients import Coefficients
from planner.physics.deployment import Deployment, one_design
from planner.physics.design import Designs
from planner.physics.footprint import footprint
from planner.physics.split import Split
from planner.physics.stages import stage_layers
from planner.request.engine import EngineSettings
from planner.request.memory import MemorySettings
from tests.planner.conftest import SEVENTY


def cut(catalogs: Catalogs, layers: tuple[int, ...] | None, pp: int = 4) -> Designs:
    settings = EngineSettings(memory=MemorySettings(stage_layers=layers))
    return one_design(Deployment(SEVENTY, "H100", split=Split(tp=2, pp=pp), settings=settings), catalogs)[0]


def test_the_longest_stage_holds_the_most_of_weights_and_cache(catalogs: Catalogs) -> None:
    even, uneven = cut(catalogs, None), cut(catalogs, (14, 26, 26, 14))
    assert (stage_layers(even)[0], stage_layers(uneven)[0]) == (20, 26)
    pools = [footprint(d, Coefficients.shipped(), max_sequences=np.array([64.0])) for d in (even, uneven)]
    more = float(np.ravel(pools[1].weights)[0] - np.ravel(pools[0].weights)[0]) / GIB
    # Six layers of 855 million parameters, less the head that the fullest even stage has, over two ranks.
    assert more == pytest.approx((6 * 0.8557 - 1.0507) * 1e9 / GIB, rel=0.02)
    assert pools[1].kv_pool[0, 0] < pools[0].kv_pool[0, 0]


def test_stages_that_are_no_cut_of_the_model_are_named(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="are 2 stages, where pp is 4"):
        cut(catalogs, (40, 40))
    with pytest.raises(InputError, match=r"are 81 layers; .* has 80"):
        cut(catalogs, (20, 20, 20, 21))
