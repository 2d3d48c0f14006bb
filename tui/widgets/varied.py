"""Dollars over one knob: the curve, where the winner changes, and each winner with its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from tui.plot.picture import Axis, Band, Limit, Picture, Series
from tui.whatif import BAND, Knob, Quote, Spot


def curve(knob: Knob, values: Sequence[str], known: Mapping[Spot, Quote]) -> Picture:
    """Dollars over a knob, the band between two confidences, and a line where the winner is another."""
    numbers = {value: float(value) if knob.unit else float(n) for n, value in enumerate(values)}
    usd = {
        at: {v: p.usd_per_hour for v in values if (p := known.get(Spot((v,), at))) is not None} for at in (None, *BAND)
    }
    points = [(numbers[v], y) for v, y in usd[None].items() if y is not None]
    both = [(numbers[v], low, high) for v in values
            if (low := usd[BAND[0]].get(v)) is not None and (high := usd[BAND[1]].get(v)) is not None]  # fmt: skip
    band = Band(f"{BAND[0]:.0%} to {BAND[1]:.0%} confidence", *([each[n] for each in both] for n in range(3)))
    changes = changed([(v, numbers[v], known.get(Spot((v,)))) for v in values]) if knob.unit else []
    unit = knob.unit if knob.unit == "s" else ""
    return Picture(
        "", Axis(knob.name if unit else knob.unit or knob.name, unit, log=bool(knob.unit), names=tuple(values)
                 if not knob.unit else ()),
        Axis("", "$", low=0.0), (Series("$ an hour", [x for x, _ in points], [y for _, y in points],
                                        points=not knob.unit),),
        bands=(band,), down=tuple(Limit(x, "another winner" * (n == 0)) for n, (_, x) in enumerate(changes)),
    )  # fmt: skip


def changed(places: Sequence[tuple[str, float, Quote | None]]) -> list[tuple[str, float]]:
    """Values from which on the winner is another than before."""
    known = [(value, x, found.winner) for value, x, found in places if found is not None]
    return [(value, x) for (_, _, before), (value, x, now) in pairwise(known) if now != before]


def winner_lines(winners: Sequence[tuple[str, Quote]]) -> list[str]:
    """A line for each run of values with the same winner."""
    lines: list[list[str]] = []
    for value, found in winners:
        usd = "" if found.usd_per_hour is None else f", ${found.usd_per_hour:,.2f}"
        if lines and lines[-1][1] == found.winner:
            lines[-1][0] = f"{lines[-1][0].partition(' to ')[0]} to {value}"
            lines[-1][2] = usd
        else:
            lines.append([value, found.winner, usd])
    return [f"{at}: {winner}{usd}" for at, winner, usd in lines]
