from __future__ import annotations

from tui.widgets.lines import fitted, shorter


def test_a_line_is_shortened_by_what_it_says() -> None:
    forms = shorter("2 x B200", ", 189 days old", ", cloud")
    assert fitted(forms, 0) == fitted(forms, 80) == "2 x B200, 189 days old, cloud"
    assert fitted(forms, 22) == "2 x B200, 189 days old"
    assert fitted(forms, 7) == "2 x …"
