"""Single changes that may explain a log."""

from __future__ import annotations

from planner.catalogs import Catalogs
from planner.deployment.log_changes import changes
from planner.deployment.log_deployment import Stated, start_of
from planner.logs.read import read_log
from tests.planner.logs.samples import LLAMACPP, V0, V1


def texts(catalogs: Catalogs, log: str, **given: str) -> list[str]:
    return [change.text for change in changes(start_of(read_log(log), Stated(**given), catalogs))]


def test_only_what_nobody_states_is_changed(catalogs: Catalogs) -> None:
    bare = texts(catalogs, V0, model="Qwen/Qwen3-8B", gpu="H100")
    assert {"--tp 2", "--eager", "--max-num-seqs 64", "--weights fp8", "--kv fp8"} <= set(bare)
    assert not any(text.startswith("--memory-fraction") for text in bare)
    told = texts(catalogs, V1, gpu="L40S")
    assert not any(text.startswith(("--tp", "--max-num-seqs", "--kv", "--engine-version")) for text in told)


def test_each_change_is_another_deployment_and_has_its_own_words(catalogs: Catalogs) -> None:
    start = start_of(read_log(V0), Stated(model="Qwen/Qwen3-8B", gpu="H100"), catalogs)
    found = list(changes(start))
    assert len({change.text for change in found}) == len(found)
    assert all(change.deployment != start.deployment for change in found)


def test_llamacpp_has_settings_of_its_own(catalogs: Catalogs) -> None:
    told = texts(catalogs, LLAMACPP)
    assert "--swa-full" in told
    assert not any(text.startswith(("--memory-fraction", "--ctx-size", "--ubatch-size")) for text in told)
    assert all(text.startswith("--weights gguf") for text in told if text.startswith("--weights"))
