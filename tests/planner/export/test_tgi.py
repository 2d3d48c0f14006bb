from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.line import places
from planner.export.tgi import words
from planner.physics.split import Split
from tests.planner.export.conftest import Launches
from tests.planner.export.test_vllm import flag


def test_a_line_says_the_limits(launches: Launches) -> None:
    launch = launches("tgi")
    found = words(launch, places(launch)[0])
    assert flag(found, "--max-total-tokens") == str(launch.context)
    assert flag(found, "--max-input-tokens") == str(launch.context - 1)
    assert flag(found, "--cuda-memory-fraction") == "0.95"


def test_stages_are_refused(launches: Launches) -> None:
    launch = replace(launches("tgi"), split=Split(1, 2))
    with pytest.raises(InputError, match="tensor parallelism"):
        words(launch, places(launches("tgi"))[0])
