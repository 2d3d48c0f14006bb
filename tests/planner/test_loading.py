"""What a command loads, counted: seconds depend on the machine, modules and classes do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.sources import sources, text_of

# Counts what a command loads: modules of the project, records of pydantic, those of them that have a validator; and
# names modules of records whose annotations are texts, which pydantic compiles at every start.
COUNTED = """
import gc, json, sys
looks = []
gc.callbacks.append(lambda phase, info: looks.append(phase))
from planner.cli.main import main
from planner.loading import load_lightly
load_lightly()
import pydantic
from pydantic._internal._model_construction import ModelMetaclass
looks.clear()
code = main({args!r})
records = [c for c in gc.get_objects() if isinstance(c, ModelMetaclass) and c.__module__.split(".")[0] != "pydantic"]
stated = [(c.__module__, a) for c in records for a in vars(c).get("__annotations__", {{}}).values()]
texts = {{name for name, annotation in stated if isinstance(annotation, str)}}
own = [name for name in sys.modules if name.split(".")[0] in ("planner", "hardware_db", "models_db")]
print(json.dumps({{"code": code, "modules": sorted(sys.modules), "own": len(own), "looks": len(looks),
    "texts": sorted(texts), "records": len(records),
    "complete": sum(c.__pydantic_complete__ for c in records)}}), file=sys.stderr)
"""
ESTIMATE = ("estimate", "-m", "Qwen/Qwen3-32B", "-g", "H100")
FIT = ("fit", "-m", "meta-llama/Llama-3.3-70B-Instruct")


def loaded(args: tuple[str, ...]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED.format(args=list(args))], capture_output=True, text=True, check=True,
        env=os.environ | {"COLUMNS": "80"},
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stderr)
    assert found["code"] == 0
    return found


@pytest.mark.parametrize(
    ("args", "modules", "records", "complete"), [(ESTIMATE, 196, 57, 17), (FIT, 146, 57, 8)], ids=["estimate", "fit"]
)
def test_a_short_command_loads_little(args: tuple[str, ...], modules: int, records: int, complete: int) -> None:
    found = loaded(args)
    heavy = {"rich", "scipy", "textual", "plotext", "asyncio", "importlib.metadata", "multiprocessing", "numpy.ma"}
    assert heavy & set(found["modules"]) == set()
    answers = {"planner.answers.plan", "planner.answers.simulation", "planner.plan.explore", "planner.search.search"}
    assert answers & set(found["modules"]) == set()
    assert found["own"] <= modules
    assert found["records"] <= records
    assert found["complete"] <= complete
    assert found["looks"] == 0
    assert found["texts"] == []


def test_no_module_loads_all_distributions() -> None:
    """They took half of the start of `calibrate`; what is asked of them is in scipy.special."""
    assert [path for path in sources() if "from scipy.stats" in text_of(path)] == []


def test_plugins_of_other_packages_are_not_looked_for() -> None:
    code = (
        "import sys; from planner.loading import load_lightly; load_lightly(); import pydantic; "
        "from pydantic import BaseModel; Model = type('M', (BaseModel,), {'__annotations__': {'a': int}}); "
        "assert Model(a=1).a == 1; print('importlib.metadata' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="threads are counted as Linux lists them")
@pytest.mark.parametrize(("stated", "threads"), [(None, 1), ("2", 2)])
def test_a_command_starts_no_threads_that_its_user_did_not_ask_for(stated: str | None, threads: int) -> None:
    code = """
import os
from planner.loading import load_lightly
load_lightly()
import numpy as np
np.ones((300, 300)) @ np.ones((300, 300))
print(len(os.listdir("/proc/self/task")), os.environ["OPENBLAS_NUM_THREADS"])
"""
    env = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    env |= {} if stated is None else {"OPENBLAS_NUM_THREADS": stated}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    found, name = done.stdout.split()
    assert name == (stated or "1")
    assert int(found) <= threads
