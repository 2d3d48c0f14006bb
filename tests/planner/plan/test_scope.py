from __future__ import annotations

import numpy as np
import pytest

from planner.catalogs import Catalogs
from planner.errors import InputError
from planner.physics.coefficients import Coefficients
from planner.physics.engines import find_engine
from planner.physics.footprint import footprint
from planner.physics.kv_cache import cache_bytes
from planner.plan.context import Context
from planner.plan.scope import DRAFTS, scope_designs, scope_formats, scope_kv_formats
from planner.search.market import market
from planner.search.prepared import batch_limits
from tests.planner.conftest import EIGHT, chat_request


def test_an_open_scope_has_gguf_only_for_engines_whose_own_it_is(context: Context) -> None:
    model = context.catalogs.models.find(EIGHT).model
    without, with_gguf = (scope_formats((), model, [find_engine(name)]) for name in ("vllm", "llama.cpp"))
    assert not [fmt.id for fmt in without if fmt.gguf]
    assert [fmt.id for fmt in with_gguf if fmt.gguf]
    assert [fmt.id for fmt in scope_formats(("gguf_q4_k_m",), model, [find_engine("vllm")])] == ["gguf_q4_k_m"]
    assert [kv.id for kv in scope_kv_formats(("fp8",))] == ["fp8"]
    assert len(scope_kv_formats(())) > 1
    assert "q5_1" not in {kv.id for kv in scope_kv_formats(())}
    assert [kv.id for kv in scope_kv_formats(("q5_1",))] == ["q5_1"]


def test_a_server_with_a_cache_for_each_sequence_is_planned_with_their_number(context: Context) -> None:
    model = context.catalogs.models.find(EIGHT).model
    asked = {"model": model.id, "scope": {"gpus": ["RTX 4090"], "engines": ["ollama"], "formats": ["q4_k_m"]}}
    rented = market(context.catalogs.hardware, chat_request(**asked).scope)
    with pytest.raises(InputError, match=r"Ollama keeps .* engine\.parallel"):
        scope_designs(chat_request(**asked), model, rented, context.catalogs)
    found = scope_designs(chat_request(**asked, engine={"parallel": 4}), model, rented, context.catalogs)
    with pytest.raises(InputError, match=r"scope\.kv_formats"):
        scope_designs(
            chat_request(**asked, engine={"parallel": 4, "cache_type_k": "q8_0"}), model, rented, context.catalogs
        )
    assert len(found) > 0
    assert batch_limits(found).max() == 4


def test_drafting_designs_are_there_where_they_are_asked_for(context: Context) -> None:
    model = context.catalogs.models.find("deepseek-ai/DeepSeek-V3").model
    for speculative, drafts in ((False, {0}), (True, {0, DRAFTS})):
        request = chat_request(model=model.id, scope={"gpus": ["H200"], "speculative": speculative})
        found = scope_designs(request, model, market(context.catalogs.hardware, request.scope), context.catalogs)
        assert {engine.draft_tokens for engine in found.engines} == drafts
        assert {gpu.name for gpu in found.gpus} == {"H200 SXM"}


@pytest.mark.parametrize("name", ["Qwen/Qwen3-Next-80B-A3B-Instruct", "deepseek-ai/DeepSeek-V3", "zai-org/GLM-4.5-Air"])
def test_what_drafts_beside_a_design_changes_nothing_of_it(catalogs: Catalogs, name: str) -> None:
    """Memory and the cache of a sequence, of all engines, beside the same with drafts and without."""
    model = catalogs.models.find(name).model
    found = []
    for speculative in (False, True):
        request = chat_request(model=name, scope={"gpus": ["H200", "MI300X"], "speculative": speculative})
        rented = market(catalogs.hardware, request.scope)
        d = scope_designs(request, model, rented, catalogs)
        plain = d.of_engine("draft_tokens") == 0
        memory = footprint(d, Coefficients.shipped(), max_sequences=np.array([8.0, 256.0])).kv_pool
        cache = cache_bytes(d, np.array(5000.0), in_flight=np.array(100.0))
        found.append((d.take(plain), memory[plain], cache[plain], plain.all()))
    assert [each[3] for each in found] == [True, False]
    (alone, pool, cache, _), (beside, beside_pool, beside_cache, _) = found
    assert len(alone) == len(beside) > 20
    np.testing.assert_array_equal(pool, beside_pool)
    np.testing.assert_array_equal(cache, beside_cache)
