from __future__ import annotations

import pytest

from models_db.matrices import total_params
from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.physics.drafting import Drafting, accepted_tokens, drafter_model, drafting
from planner.request.speculation import Speculation

EIGHT = "meta-llama/Llama-3.1-8B-Instruct"
C = Coefficients.shipped()


def test_more_drafts_yield_more_but_each_adds_less() -> None:
    shares = C.speculation.acceptance
    found = [accepted_tokens(Drafting("mtp", drafts), shares) for drafts in (1, 2, 3, 5)]
    assert found == sorted(found)
    assert found[1] - found[0] > found[2] - found[1] > (found[3] - found[2]) / 2
    assert accepted_tokens(Drafting("mtp", 3), shares) == pytest.approx(2.53, abs=0.01)
    assert accepted_tokens(Drafting("mtp", 3, 1.9), shares) == 1.9


def test_an_eagle_head_is_one_layer_and_a_small_head(catalogs: Catalogs) -> None:
    """The published head for Llama-3.1-8B has 0.4 B parameters, its embedding left out."""
    target = catalogs.models.find(EIGHT).model
    model = drafter_model(Drafting("eagle", 5), target, held=True)
    assert model is not None
    assert total_params(model) == pytest.approx(0.4e9, rel=0.1)
    assert drafter_model(Drafting("ngram", 4, 1.5), target) is None


def test_a_model_without_such_layers_cannot_draft_with_them(catalogs: Catalogs) -> None:
    with pytest.raises(InputError, match="no multi-token-prediction layers"):
        drafting(Speculation(method="mtp", drafts=3), catalogs.models.find(EIGHT).model, catalogs)


@pytest.mark.parametrize(("method", "passes", "rows"), [("eagle", 4, 1), ("block", 1, 5), ("ngram", 0, 1)])
def test_passes_and_rows_of_a_drafter(method: str, passes: int, rows: int) -> None:
    d = Drafting(method, 4, 1.5)  # type: ignore[arg-type]
    assert (d.passes, d.rows) == (passes, rows)


def test_a_draft_model_is_found_by_name(catalogs: Catalogs) -> None:
    asked = Speculation(method="draft", drafts=4, drafter="Qwen/Qwen3-0.6B")
    found = drafting(asked, catalogs.models.find("Qwen/Qwen3-32B").model, catalogs)
    assert found.model is not None
    assert found.model.id == "Qwen/Qwen3-0.6B"
