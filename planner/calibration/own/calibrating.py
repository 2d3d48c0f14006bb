"""The part of `Planner` that takes a user's own measurements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from planner.physics.coefficients import Coefficients
from planner.physics.own import NOTHING

if TYPE_CHECKING:
    from planner.calibration.own.calibrate import Calibration
    from planner.catalogs import Catalogs


class Calibrates:
    """Mixed into `Planner`, whose catalogs and coefficients it uses."""

    _catalogs: Catalogs
    _coefficients: Coefficients
    _overlay: Path | None
    _today: date | None

    def calibrate(self, files: Sequence[Path | str], **stated: str) -> Calibration:
        """What measured runs make of the estimates, with those that the overlay holds; nothing is stored or changed.

        stated: columns of the points CSV that the files do not state (`gpu="L40S"`). The result goes into a planner by
        `Planner(coefficients=planner.coefficients.with_own(found.own))`, or is kept by `found.stored_in(overlay)`.
        Raises PlannerError, one line, for a file that cannot be read or does not state enough.
        """
        from planner.calibration.own.calibrate import calibrate
        from planner.request.reading import path_of

        day = self._today or datetime.now(UTC).date()
        return calibrate(
            [path_of(file, "files") for file in files], stated, self._catalogs,
            self._coefficients.with_own(NOTHING), day=day.isoformat(), overlay=self._overlay,
        )  # fmt: skip


def calibrated(folder: Path | None, catalogs: Catalogs) -> Coefficients:
    """The shipped coefficients, with the calibrations that the overlay holds."""
    shipped = Coefficients.shipped()
    if folder is None or not (folder / "calibrations").is_dir():
        return shipped
    from planner.calibration.own.kept import own_of

    return shipped.with_own(own_of(folder, shipped, catalogs))
