from __future__ import annotations

from planner.catalogs import Catalogs
from planner.evidence.points import read_points
from planner.evidence.predict import predict
from planner.physics.coefficients import Coefficients
from tests.planner.evidence.conftest import POINT

SHIPPED = Coefficients.shipped()


def test_a_stated_limit_makes_clients_queue(catalogs: Catalogs) -> None:
    rows = [POINT | {"concurrency": "64", "note": note} for note in ("", "server --max-num-seqs 16")]
    free, limited = (next(iter(read_points([row], catalogs)[0].values())).points for row in rows)
    assert predict(limited, SHIPPED).ttft_s[0] > 2.0 * predict(free, SHIPPED).ttft_s[0]
    assert predict(limited, SHIPPED).tpot_s[0] < predict(free, SHIPPED).tpot_s[0]
