from __future__ import annotations

from tui.widgets.matches import best, goes_on


def test_letters_in_order_find_a_model() -> None:
    names = ["meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen3-32B", "openai/gpt-oss-120b"]
    assert best(names, "lla70")[0] == names[0]
    assert best(names, "qw32")[0] == names[1]
    assert best(names, "zzzz") == []


def test_what_a_name_alone_means_comes_first_and_names_come_before_letters() -> None:
    gpus = ["H100 NVL", "H100 PCIe", "H100 SXM", "GH200 96GB"]
    assert best(gpus, "H100", usual={"h100": "H100 SXM"}) == ["H100 SXM", "H100 NVL", "H100 PCIe"]
    assert best(gpus, "h1", usual={"h100": "H100 SXM"})[0] == "H100 NVL"
    models = [
        "nvidia/Llama-3.1-Nemotron-70B-Instruct", "meta-llama/Llama-3.1-70B", "nvidia/Llama-3.1-70B-Instruct-FP8",
        "meta-llama/Llama-3.3-70B-Instruct", "Qwen/Qwen2.5-72B", "Qwen/Qwen2.5-VL-72B-Instruct",
    ]  # fmt: skip
    assert best(models, "llama-3.1-70b-instruct")[:2] == [models[1], models[2]]
    assert best(models, "qwen2.5-72b-instruct")[0] == "Qwen/Qwen2.5-72B"
    assert best(models, "qwen2.5-72")[0] == "Qwen/Qwen2.5-72B"
    assert best(models, "llama-3.3-70b")[0] == models[3]
    assert best(models, "vic", usual={"vicuna-72b": models[4]})[0] == models[4]
    assert goes_on(models, "llama-3.1-70b-instruct")
    assert not goes_on(models, "meta-llama/llama-3.1-70b")
    assert not goes_on(models, "llama-3.3-70b")
