from __future__ import annotations

import pytest
from pydantic import ValidationError

from models_db.schema import Dense, Moe
from planner.catalogs import Catalogs


def test_records_are_strict_and_frozen() -> None:
    with pytest.raises(ValidationError, match="extra"):
        Dense.model_validate({"intermediate": 8, "width": 8})
    with pytest.raises(ValidationError, match="int"):
        Dense.model_validate({"intermediate": "8"})
    with pytest.raises(ValidationError, match="frozen"):
        Dense(intermediate=8).intermediate = 9


def test_no_token_picks_more_experts_than_there_are() -> None:
    assert Moe(experts=4, topk=5, intermediate=8, zero_experts=1).topk == 5
    with pytest.raises(ValidationError, match="topk 5 is more than the 4 experts"):
        Moe(experts=4, topk=5, intermediate=8)


def test_dense_layers_before_the_experts_are_counted(catalogs: Catalogs) -> None:
    model = catalogs.models.find("deepseek-ai/DeepSeek-V3").model
    assert (model.n_layers, model.leading_dense) == (61, 3)
    assert catalogs.models.find("meta-llama/Llama-3.1-8B").model.leading_dense == 0
