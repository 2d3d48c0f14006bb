from __future__ import annotations

from planner.physics.engine_profile import Profile
from planner.physics.engines import Engine, engines


def test_a_profile_sets_what_it_states_and_nothing_else() -> None:
    profile = Profile(since="0.8", released="2025-03", chunked_prefill=False, max_sequences=64)
    assert profile.changes == {"chunked_prefill": False, "max_sequences": 64}


def test_each_profile_changes_fields_of_the_engine() -> None:
    for engine in engines().values():
        for profile in engine.profiles:
            assert profile.changes
            assert set(profile.changes) <= set(Engine.__dataclass_fields__)
