from __future__ import annotations

from hardware_db.catalog import HardwareCatalog
from hardware_db.ownership import default_terms, owning_terms, starting_terms, terms_with
from hardware_db.starting import billings, minimum_billing


def test_each_provider_with_a_minimum_is_in_the_catalog_and_has_a_source() -> None:
    providers = {offer.provider for offer in HardwareCatalog().offers}
    assert set(billings()) <= providers
    assert all(billing.source and billing.as_of for billing in billings().values())


def test_what_the_user_states_comes_before_the_provider_and_that_before_the_usual() -> None:
    terms = default_terms()
    assert minimum_billing("runpod", terms)[0] == 1.0
    assert minimum_billing("nobody", terms)[0] == 60.0
    assert minimum_billing("runpod", terms_with({"minimum_billing_s": 600.0})) == (600.0, "stated")


def test_terms_of_owning_and_of_starting_are_apart() -> None:
    assert not set(owning_terms()) & set(starting_terms())
    assert set(default_terms()) == {*owning_terms(), *starting_terms()}
