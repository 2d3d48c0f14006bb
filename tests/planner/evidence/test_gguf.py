from __future__ import annotations

import pytest

from planner.catalogs import Catalogs
from planner.evidence.gguf import mix_name, predict_row


@pytest.mark.parametrize(
    ("label", "mix"),
    [("Q4_K - Medium", "Q4_K_M"), ("IQ4_XS - 4.25 bpw", "IQ4_XS"), ("i1-Q4_K_M", "Q4_K_M"), ("Q2_K - Medium", "Q2_K")],
)
def test_labels_of_mixes(label: str, mix: str) -> None:
    assert mix_name(label) == mix


def test_a_model_that_embeds_has_its_tokens_in_the_heads_type(catalogs: Catalogs) -> None:
    # ollama/ollama#16447: Qwen3-Embedding-8B in Q4_K_M is 4.35 GiB.
    found = predict_row({"model": "Qwen3-Embedding-8B", "quant": "Q4_K_M"}, catalogs)
    assert float(found["pred_file_bytes"]) / 2**30 == pytest.approx(4.35, abs=0.005)


def test_a_file_says_by_its_name_that_it_has_drafting_layers(catalogs: Catalogs) -> None:
    plain, drafting = (
        float(predict_row({"model": name, "quant": "Q8_0"}, catalogs)["pred_file_bytes"])
        for name in ("Qwen3.5-27B", "Qwen3.5-27B MTP")
    )
    assert (drafting - plain) / 2**20 == pytest.approx(430.4, abs=1.0)


def test_query_key_and_value_of_a_delta_net_are_one_tensor(catalogs: Catalogs) -> None:
    # A fine-tune of Qwen3.5-27B in Q3_K_M is 12.38 GiB (public deployment note 68664296548).
    found = predict_row({"model": "Qwen3.5-27B", "quant": "Q3_K_M"}, catalogs)
    assert float(found["pred_file_bytes"]) / 2**30 == pytest.approx(12.38, rel=0.002)
