from __future__ import annotations

from planner.measurements.llama_bench import is_markdown, read, read_markdown, recognizes, rows_of
from tests.planner.measurements.samples import LLAMA_BENCH, MARKDOWN, VLLM


def test_a_test_is_named_as_llama_bench_names_it() -> None:
    assert read(LLAMA_BENCH, "")[0].cells["test"] == "tg128"
    assert read(LLAMA_BENCH | {"n_prompt": 512, "n_gen": 0, "n_depth": 4096}, "")[0].cells["test"] == "pp512 @ d4096"
    assert read(LLAMA_BENCH | {"n_prompt": 512}, "")[0].cells["test"] == "pp512+tg128"


def test_the_mix_is_that_of_the_file() -> None:
    (run,) = read(LLAMA_BENCH, "")
    assert (run.cells["quant"], run.cells["gpu"], run.cells["tok_s"]) == ("Q4_K_M", "NVIDIA GeForce RTX 4080", "120")
    assert read(LLAMA_BENCH | {"model_filename": "x.bin"}, "")[0].cells["quant"] == "Q4_K_M"


def test_a_table_of_markdown_is_read_with_its_device() -> None:
    first, second = read_markdown(MARKDOWN)
    assert (first.cells["test"], second.cells["test"]) == ("pp512", "tg32 @ d32768")
    assert (first.cells["gpu"], first.cells["build"], second.cells["tok_s"]) == (
        "Radeon 8060S Graphics",
        "9187",
        "51.48",
    )


def test_rows_one_cell_short_of_their_header_are_read_from_their_end() -> None:
    names = ("model_filename", "model_type", "gpu_info", "fit", "n_prompt", "n_gen", "n_depth", "test_time", "avg_ts")
    whole = ("a-Q4_0.gguf", "a 7B Q4_0", "RTX 4080", "0", "512", "0", "0", "2026-04-24T11:57:09Z", "7285.6")
    for cells in (whole, (*whole[:3], *whole[4:], None)):
        (run,) = rows_of([dict(zip(names, cells, strict=True))])
        assert (run.cells["test"], run.cells["tok_s"], run.day) == ("pp512", "7285.6", "2026-04-24")


def test_another_file_is_not_taken_for_it() -> None:
    assert recognizes(LLAMA_BENCH)
    assert not recognizes(VLLM)
    assert is_markdown(MARKDOWN)
    assert not is_markdown("| model | test |\n")
