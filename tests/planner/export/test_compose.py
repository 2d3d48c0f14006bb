from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import InputError
from planner.export.compose import compose, plain
from tests.planner.export import checks
from tests.planner.export.conftest import Launches


def test_replicas_of_a_machine_are_services_with_gpus_and_ports_of_their_own(launches: Launches) -> None:
    launch = launches("experts, ep")
    [found] = checks.documents(compose(replace(launch, replicas=2, host=replace(launch.host, gpus=8))))
    first, second = found["services"].values()
    devices = [each["deploy"]["resources"]["reservations"]["devices"][0]["device_ids"] for each in (first, second)]
    assert devices == [["0", "1", "2", "3"], ["4", "5", "6", "7"]]
    assert (first["ports"], second["ports"]) == (["8000:8000"], ["8001:8001"])


def test_cards_of_another_make_are_given_as_devices(launches: Launches) -> None:
    [found] = checks.documents(compose(launches("amd")))
    [service] = found["services"].values()
    assert service["devices"] == ["/dev/kfd", "/dev/dri"]
    assert service["environment"]["HIP_VISIBLE_DEVICES"] == "0"
    assert service["environment"]["VLLM_ROCM_USE_AITER"] == "1"


def test_a_token_is_taken_from_the_shell_and_nothing_else(launches: Launches) -> None:
    [found] = checks.documents(compose(launches("hybrid")))
    [service] = found["services"].values()
    assert service["environment"] == {"HF_TOKEN": "${HF_TOKEN:-}"}
    assert plain("$x") == "$$x"


def test_a_checkpoint_of_ones_own_is_mounted(launches: Launches) -> None:
    [found] = checks.documents(compose(launches("dense, awq made")))
    [service] = found["services"].values()
    assert service["volumes"] == ["./models:/models:ro"]
    assert "volumes" not in found


def test_several_machines_are_refused(launches: Launches) -> None:
    with pytest.raises(InputError, match="a Compose file is of one"):
        compose(launches("dense, two machines"))
