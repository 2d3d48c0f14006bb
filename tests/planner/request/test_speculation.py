from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.request.speculation import Speculation, parse_speculation


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("mtp:3", Speculation(method="mtp", drafts=3)),
        ("eagle3:5:2.6", Speculation(method="eagle", drafts=5, accepted=2.6)),
        ("DFlash:7", Speculation(method="block", drafts=7)),
        ("draft:Qwen/Qwen3-0.6B:4", Speculation(method="draft", drafts=4, drafter="Qwen/Qwen3-0.6B")),
        ("ngram:4:1.4", Speculation(method="ngram", drafts=4, accepted=1.4)),
    ],
)
def test_a_text_is_a_record_and_back(text: str, record: Speculation) -> None:
    assert parse_speculation(text) == record
    assert parse_speculation(str(record)) == record


def test_none_is_no_speculation() -> None:
    assert [parse_speculation(text) for text in ("none", "off", "")] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("medusa:3", "METHOD:DRAFTS"), ("mtp", "METHOD:DRAFTS"), ("mtp:three", "METHOD:DRAFTS"),
        ("mtp:3:5", "more than 3 drafts"), ("mtp:0", "greater than or equal"), ("mtp:3:nan", "finite"),
        ("ngram:4", "depends on the text"), ("draft:4", "METHOD:DRAFTS"), ("mtp:1:2:3", "METHOD:DRAFTS"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_speculation(text)


@pytest.mark.parametrize("text", ["draft:Qwen3-0.6B-GGUF:Q8_0:3", "draft:Qwen3-0.6B-GGUF:Q8_0:3:2.5", "draft:a/b:4"])
def test_a_draft_model_may_be_a_repository_with_its_mix(text: str) -> None:
    found = parse_speculation(text)
    assert found is not None
    assert (str(found), found.drafts) == (text, int(text.split(":")[-2 if text.endswith(".5") else -1]))
