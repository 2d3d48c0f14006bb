from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.kserve import kserve, llm_d, parallelism, templated, uri
from tests.planner.export import checks
from tests.planner.export.conftest import Launches


def test_the_model_is_fetched_and_served_under_its_name(launches: Launches) -> None:
    [found] = checks.documents(kserve(launches("latent, mtp")))
    assert found["spec"]["model"] == {"uri": "hf://deepseek-ai/DeepSeek-V3", "name": "deepseek-ai/DeepSeek-V3"}
    assert found["spec"]["template"]["containers"][0]["args"][0] == "/mnt/models"
    assert "scheduler" not in found["spec"]["router"]


def test_llm_d_adds_its_scheduler(launches: Launches) -> None:
    [found] = checks.documents(llm_d(launches("hybrid")))
    assert found["spec"]["router"]["scheduler"] == {}


def test_widths_stand_in_the_specification_too(launches: Launches) -> None:
    found = parallelism(launches("latent, dp over machines"))
    assert found == {"tensor": 2, "data": 8, "dataLocal": 4, "expert": True}
    [document] = checks.documents(kserve(launches("latent, dp over machines")))
    assert "worker" in document["spec"]


def test_a_checkpoint_of_ones_own_is_in_a_claim_and_a_revision_in_the_address(launches: Launches) -> None:
    made = launches("dense, awq made")
    assert uri(made) == "pvc://models/meta-llama/Llama-3.3-70B-Instruct-awq_int4_g128"
    hub = launches("hybrid")
    assert uri(replace(hub, checkpoint=replace(hub.checkpoint, revision="a/b"))).endswith(":a%2Fb")


def test_templates_in_names_stay_as_they_are() -> None:
    assert templated("{{a}}") == "{{ `{{` }}a}}"


def test_another_engine_is_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="kubernetes takes sglang"):
        kserve(launches("sglang"))
