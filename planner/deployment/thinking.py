"""The rate of users that think, on the design that is named."""

from __future__ import annotations

import numpy as np

from planner.load.curves import curves, slots_of
from planner.load.demand import Demand
from planner.load.thinking import thinking_rate
from planner.physics.coefficients import Coefficients
from planner.physics.footprint import footprint
from planner.plan.rehearsal import Deployed
from planner.request.request import Request


def at_own_rate(request: Request, deployed: Deployed, replicas: int, coefficients: Coefficients) -> Request:
    """The request with the rate that its thinking users come to on `replicas` of a design; as it is without such users.

    A request alone has the rate of an answer as long as its limits allow; a named design answers in its own time.
    """
    traffic = request.traffic
    if traffic.users is None or traffic.think_time_s is None:
        return request
    design = deployed.design
    demand = Demand.of(request, design.model.max_context)
    limits = np.array([float(deployed.max_sequences)])
    pool = footprint(design, coefficients, max_sequences=limits).kv_pool
    slots = float(np.maximum(slots_of(design, pool, demand, limits[None, :])[0, 0], 1.0))
    c = curves(design, demand, coefficients)
    rate = replicas * thinking_rate(c, slots, traffic.active_users / replicas, traffic.think_time_s)
    own = {"rate_per_s": rate / max(traffic.hourly)}
    return request.model_copy(update={"traffic": traffic.model_copy(update=own)})
