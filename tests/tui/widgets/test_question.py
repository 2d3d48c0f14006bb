from __future__ import annotations

from tests.tui.conftest import H100
from tui.fields import rest_of, texts_of
from tui.widgets.question import parts_of


def test_the_question_in_one_line_names_what_acts_beside_it() -> None:
    data = {**H100, "traffic": {"rate_per_s": 4.0, "growth": 0.1}, "tco": {"apis": ["a/b"]}}
    said = "; ".join(parts_of(texts_of(data), rest_of(data)))
    assert said.startswith("Qwen2.5-7B-Instruct, 4/s; p95 tpot 0.05 s; also traffic.growth, tco.apis; H100, L40S")
    volume = {**H100, "traffic": {"tokens_per_month": 5e7}, "sla": {}}
    assert parts_of(texts_of(volume), {})[:2] == ["Qwen2.5-7B-Instruct, 50000000 tokens a month", "p95 no limit"]
