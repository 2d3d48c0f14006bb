"""Templates that would not end, take memory or files, or ask a network: each is one line, and soon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner.document.faces import confined as tested
from planner.document.faces.confined import bound, confined, file_in, out_of_memory, said
from planner.document.faces.html import markdown
from planner.document.faces.pdf import pdf
from planner.document.record import Report
from planner.errors import InputError
from tests.consistency.drawn import TORTURE

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
# Templates in Jinja, and what is said of them.
BAD = {
    "{{ 'x' * 10**9 }}": "MiB of memory", "{% include 'report.md.j2' %}": "nested too deep", "{{ 1 / 0 }}": "ZeroDiv",
    "{{ 'x' * 10**8 }}": "makes more than", "{% include '/etc/passwd' %}": "no such template",
    "{% include '../x' %}": "no such template", "{{ range(10**9)|list }}": "Range too big",
    "{{ '%999999999d' % 1 }}": "MiB of memory", "{{ [1, 'a']|sort }}": "TypeError", "{{ 10**5000 }}": "ValueError",
}  # fmt: skip


def template(folder: Path, text: str, name: str = "report.md.j2") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("text", BAD if TORTURE else list(BAD)[:3])
def test_what_a_template_does_is_one_line(text: str, fleet_made: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=BAD[text]) as found:
        markdown(fleet_made, template(tmp_path, text))
    assert str(found.value).startswith("--template: ")
    assert str(found.value).isprintable()


def test_a_template_that_does_not_end_is_ended(
    fleet_made: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tested, "MOST_CPU_S", 1)
    with pytest.raises(InputError, match="processor time"):
        markdown(fleet_made, template(tmp_path, LOOP))


def test_typst_that_breaks_off_is_one_line_and_asks_no_network(fleet_made: Report, tmp_path: Path) -> None:
    for text, match in {
        "#range(1000000000)": "MiB of memory", '#import "@preview/cetz:0.2.0"': "failed to download package .*refused",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=match) as found:
            pdf(fleet_made, template(tmp_path, text, "report.typ"), {})
        assert str(found.value).startswith(f"--template: {tmp_path / 'report.typ'}: ")
        assert "panicked" not in str(found.value)


@pytest.mark.parametrize("name", ["report.md.j2", "report.typ"])
def test_a_link_out_of_the_folder_and_a_pipe_in_it_are_refused(name: str, fleet_made: Report, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("42")
    (tmp_path / "own").mkdir()
    path, fill = tmp_path / "own" / name, {"report.md.j2": markdown, "report.typ": pdf}[name]
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(InputError, match="leads out of the folder"):
        fill(fleet_made, tmp_path / "own")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a regular file"):
        fill(fleet_made, tmp_path / "own")


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").symlink_to("a")
    assert file_in(tmp_path, "b") == tmp_path / "b"
    assert file_in(tmp_path, "c") is None


def test_what_steers_a_terminal_does_not_leave_a_template(fleet_made: Report, tmp_path: Path) -> None:
    found = markdown(fleet_made, template(tmp_path, "a\x1b[2J{{ '\\x9b\\u202e' }}\tb\nc"))
    assert found.decode() == "a?[2J??\tb\nc\n"


def test_a_bound_is_never_wider_than_the_one_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    told: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (1, 1))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: told.update({kind: pair}))
    bound(5)
    assert told[resource.RLIMIT_CPU] == (1, 1)
    assert told[resource.RLIMIT_CORE] == (0, 0)


def test_a_job_that_is_done_gives_its_bytes(fleet_made: Report, tmp_path: Path) -> None:
    given = {"data": {"title": "x"}, "template": str(template(tmp_path, "# {{ title }}"))}
    assert confined("md", given, tmp_path) == b"# x\n"


def test_errors_name_the_place() -> None:
    assert said(InputError("a: b"), "c") == "a: b"
    assert said(MemoryError(), "c") == f"--template: c: {out_of_memory()}"
    assert said(KeyError("k"), "c") == "--template: c: KeyError: 'k'"
