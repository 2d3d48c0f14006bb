"""Errors of start-up logs by engine, with the project of each log left out of every fit.

`python -m planner.evidence.memory_accuracy` prints the table and the logs that are furthest off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from planner.catalogs import Catalogs
from planner.evidence.box import MEMORY_FIGURES, Pairs, judged_logs, left_out_pairs, reader
from planner.evidence.log_tokens import captured_gib
from planner.evidence.stated import FIGURES, memory_coarse, memory_unstated
from planner.evidence.table import ERROR_COLUMNS, Row, number
from planner.physics.coefficients import Coefficients

COLUMNS = ("engine", *ERROR_COLUMNS)
GRAPH_COLUMNS = ("graphs, GiB off", "logs", "median", "p90", "most")
WORST = 5


def by_engine(pairs: Pairs) -> list[list[object]]:
    """Rows of COLUMNS: each engine's errors in the figures that its logs state."""
    engines = dict.fromkeys(row.get("engine") or "" for row, _ in pairs)
    out: list[list[object]] = []
    for engine in engines:
        own = [(row, told) for row, told in pairs if (row.get("engine") or "") == engine]
        out += [[engine, *errors.row] for errors in judged_logs(own) if errors.values]
    return out


def graphs_off(pairs: Pairs) -> list[object]:
    """A row of GRAPH_COLUMNS: a relative error says little of what takes a tenth of a GiB."""
    off = [
        abs(predicted - taken)
        for row, told in pairs
        if "graphs" not in memory_unstated(row)
        and (taken := captured_gib(row)) is not None
        and (predicted := number(told["pred_graphs_gib"])) is not None
    ]
    figures = (np.median(off), np.quantile(off, 0.9), np.max(off))
    return ["all engines", len(off), *(f"{float(figure):.2f}" for figure in figures)]


def share_judged(pairs: Pairs) -> float:
    """Share of the logs of which at least one figure is judged."""
    judged = [row for row, _ in pairs if set(FIGURES) - set(memory_unstated(row) | memory_coarse(row))]
    return len(judged) / len(pairs)


def worst(pairs: Pairs, figure: str) -> list[tuple[float, Row]]:
    """Errors of a figure, the largest first."""
    column, predicted = next((m, p) for name, m, p in MEMORY_FIGURES if name == figure)
    read = reader(figure, column)
    found = [
        (told_of / measured - 1.0, row)
        for row, told in pairs
        if figure not in memory_unstated(row) | memory_coarse(row)
        and (measured := read(row))
        and (told_of := number(told[predicted])) is not None
    ]
    return sorted(found, key=lambda pair: -abs(pair[0]))


def main() -> None:
    pairs = left_out_pairs(Catalogs.read(), Coefficients.shipped())
    print(f"{share_judged(pairs):.0%} of {len(pairs)} logs have a figure that is judged")
    _show(COLUMNS, by_engine(pairs))
    _show(GRAPH_COLUMNS, [graphs_off(pairs)])
    for figure, _, _ in MEMORY_FIGURES:
        print(f"\n{figure}, furthest off")
        for error, row in worst(pairs, figure)[:WORST]:
            print(f"  {error:+8.1%}  {row['source'][:70]}  {row['model_hf_id'][:40]}")


def _show(columns: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    print("\n" + "  ".join(str(column) for column in columns))
    for row in rows:
        print("  ".join(f"{cell:.1%}" if isinstance(cell, float) else str(cell) for cell in row))


if __name__ == "__main__":
    main()
