from __future__ import annotations

import pytest

from models_db.importers.families import audio
from models_db.importers.keys import Keys

WHISPER = {"d_model": 1280, "encoder_layers": 32, "encoder_ffn_dim": 5120, "num_mel_bins": 128}


def test_the_encoder_of_whisper_large_has_637_million_parameters() -> None:
    """[openai/whisper-large-v3: 1,543,490,560 less its decoder]"""
    assert audio.encoder(Keys(WHISPER), 1280, positions=True, projector=0) == 636_968_960


def test_stored_positions_are_counted_where_they_are_stored() -> None:
    sizes = [audio.encoder(Keys(WHISPER), 1280, positions=stored, projector=0) for stored in (True, False)]
    assert sizes[0] - sizes[1] == 1500 * 1280


@pytest.mark.parametrize("name", audio.COUNTERS)
def test_every_class_names_a_counter(name: str) -> None:
    keys = Keys(WHISPER | {"hidden_size": 1280, "downsample_hidden_size": 480, "output_dim": 2048})
    assert audio.COUNTERS[name](keys, 2048) > 600_000_000
