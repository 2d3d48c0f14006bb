from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.tco.apis import ApiPrice, all_prices, find_price, read_prices
from tests.planner.tco.conftest import ON

NAMED = (
    "openai/gpt-4o", "openai/gpt-4.1", "openai/gpt-5", "anthropic/claude-3-5-sonnet", "anthropic/claude-sonnet-4-0",
    "anthropic/claude-sonnet-4-5", "google/gemini-1.5-pro", "google/gemini-2.5-pro", "google/gemini-3-pro-preview",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_named_apis_have_dated_prices_offline(name: str) -> None:
    price = find_price(name, ON)
    assert 0 < price.input < price.output
    assert price.source.startswith("genai-prices")
    assert price.as_of == "2026-11-20"


def test_a_known_price_and_its_cached_and_batch_rates() -> None:
    price = find_price("gpt-4o", ON)
    assert (price.input, price.cached, price.output) == pytest.approx((2.5, 1.25, 10.0))
    assert price.usd(1e6, 1e6) == pytest.approx(12.5)
    assert price.usd(1e6, 0.0, cached_share=1.0) == pytest.approx(1.25)
    assert price.usd(1e6, 1e6, batch_share=1.0) == pytest.approx(6.25)
    with pytest.raises(InputError, match="nearest"):
        find_price("openai/gpt-4p", ON)
    with pytest.raises(InputError, match="not known"):
        find_price("nobody/gpt-4o", ON)


def test_batches_of_an_api_with_tiers_cost_what_is_published() -> None:
    """They were billed at the list price: 2,423.62 dollars stood where 1,211.81 are due."""
    price = find_price("anthropic/claude-sonnet-4-5", date(2026, 11, 28))
    assert price.tiers
    assert price.usd(1e6, 1e6, batch_share=1.0) == pytest.approx(0.5 * price.usd(1e6, 1e6))


def test_own_prices_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    good = '[[price]]\nprovider = "x"\nmodel = "y"\ninput = 1\noutput = 2\nas_of = "2026-01-01"\nsource = "contract"\n'
    path.write_text(good)
    assert read_prices(path)["x/y"].output == 2.0
    for bad in ("", "[[price]]\n", good.replace("input = 1", "input = -1"), good.replace('"contract"', "3"), "a = ["):
        path.write_text(bad)
        with pytest.raises(InputError):
            read_prices(path)


def test_the_article_by_hand() -> None:
    """0.1 million tokens at $0.03 a thousand are 3 dollars."""
    price = ApiPrice("article", "gpt-4", 30.0, None, 30.0, None, None, None, "2023", "$0.03 per thousand tokens")
    assert price.usd(0.1e6, 0.0) == pytest.approx(3.0)
    assert price.usd(500e6, 0.0) == pytest.approx(15_000.0)


def test_names_with_slashes_have_prices() -> None:
    assert find_price("together/meta-llama/Llama-4-Scout-17B-16E-Instruct", ON).provider == "together"


def test_the_box_has_what_the_package_does_not_know() -> None:
    price = find_price("deepinfra/meta-llama/Llama-3.3-70B-Instruct", ON)
    assert (price.as_of, price.source) == ("2026-11", "litellm 1.106.2 (MIT), the list in the box")
    names = [p.name for p in all_prices(ON)]
    assert price.name in names
    assert len(set(names)) == len(names)
