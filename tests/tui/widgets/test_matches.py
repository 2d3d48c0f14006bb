from __future__ import annotations

from tui.widgets.matches import best


def test_letters_in_order_find_a_model() -> None:
    names = ["meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B", "openai/gpt-oss-120b"]
    assert best(names, "lla70")[0] == names[0]
    assert best(names, "qw32")[0] == names[1]
    assert best(names, "zzzz") == []
