from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from hardware_db.catalog import HardwareCatalog
from hardware_db.providers import nearest_providers, provider_id, provider_names
from planner.errors import InputError
from planner.request.request import Scope
from planner.search.market import market


def test_the_table_holds_the_providers_of_the_price_list_and_no_name_twice() -> None:
    assert TypeAdapter(dict[str, list[str]]).validate_python(provider_names(), strict=True) == provider_names()
    assert set(provider_names()) == {offer.provider for offer in HardwareCatalog().published}
    names = [name for provider, others in provider_names().items() for name in (provider, *others)]
    assert len({provider_id(name) for name in names}) == len(provider_names())
    assert all(provider_id(name) == provider for provider, others in provider_names().items() for name in others)


@pytest.mark.parametrize(
    ("name", "provider"),
    [("amazon", "aws"), ("AWS", "aws"), ("google", "gcp"), ("Google Cloud", "gcp"), ("microsoft", "azure"),
     ("OCI", "oracle"), ("vast.ai", "vast-ai"), ("Lambda Labs", "lambda"), ("RunPod", "runpod")],
)  # fmt: skip
def test_a_scope_takes_providers_by_what_people_call_them(name: str, provider: str) -> None:
    assert Scope(providers=(name,)).providers == (provider,)


def test_a_misspelt_provider_names_the_nearest_by_any_of_its_names(catalogs_hardware: HardwareCatalog) -> None:
    assert nearest_providers("amazone", [offer.provider for offer in catalogs_hardware.offers])[0] == "aws"
    with pytest.raises(InputError, match=r"scope.providers: 'microsft' is not known \(nearest: azure"):
        market(catalogs_hardware, Scope(providers=("microsft",)))


@pytest.fixture(scope="module")
def catalogs_hardware() -> HardwareCatalog:
    return HardwareCatalog()
