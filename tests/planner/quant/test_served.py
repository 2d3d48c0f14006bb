from __future__ import annotations

import pytest

from planner.plan.context import Context
from planner.quant.served import Comparison
from planner.request.reading import parse_request
from tests.planner.quant.conftest import MODEL


def comparison(context: Context, *gpus: str, **more: object) -> Comparison:
    scope = {"gpus": list(gpus), "formats": ["bf16", "fp8"], "kv_formats": ["bf16"], "max_gpus_per_replica": 2}
    data = {"model": MODEL, "traffic": {"rate_per_s": 5.0}, "sla": {"tpot_p95_s": 0.05}, "scope": scope, **more}
    request = parse_request(data)
    rented, _, prepared = context.prepared(request, context.catalogs.models.find(MODEL).model)
    return Comparison.of(request, prepared, rented, context.coefficients)


def test_at_a_stated_rate_each_pair_has_its_cheapest_cluster(context: Context) -> None:
    found = comparison(context, "L40S", "H100").at_stated_rate()
    assert {(gpu, fmt) for gpu, fmt, _ in found} == {(g, f) for g in ("l40s", "h100-sxm") for f in ("bf16", "fp8")}
    for served in found.values():
        assert served.rate_per_s == pytest.approx(5.0)
        assert served.sustainable_per_s >= 5.0


def test_the_largest_rate_is_on_the_machines_of_the_native_format(context: Context) -> None:
    found = comparison(context, "H100").at_largest_rate(lambda gpu: ("bf16", "bf16"))
    clusters = [served.cluster for served in found.values()]
    assert len({(c.machine.instance_type, c.machine.count) for c in clusters}) == 1
    assert all(served.rate_per_s == served.sustainable_per_s for served in found.values())
    assert all(served.longest_context > 1000 for served in found.values())


def test_without_a_native_row_the_cheapest_stands_for_it(context: Context) -> None:
    found = comparison(context, "H100").at_largest_rate(lambda gpu: ("nvfp4", "bf16"))
    assert {fmt for _, fmt, _ in found} == {"bf16", "fp8"}
