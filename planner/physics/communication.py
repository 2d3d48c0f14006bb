"""Time that the devices of a design spend on talking to each other in a step. All D x B."""

from __future__ import annotations

import numpy as np

from models_db.schema import Moe
from planner.formulas.collectives import all_reduce_moving_s, all_to_all_s, between_machines_s
from planner.formulas.types import Array
from planner.physics.design import Designs
from planner.physics.layers import has_moe
from planner.physics.links import HOP_S
from planner.physics.rates import Rates
from planner.physics.work import Work


def collectives(d: Designs, r: Rates, tokens: Array) -> Work:
    """All-reduces and all-to-alls of all layers, and messages between pipeline stages, for `tokens` of a rank."""
    dp, ep = (getattr(d, name)[:, None].astype(float) for name in ("dp", "ep"))
    message = tokens * d.model.hidden * 2.0
    moving, starting = _all_reduce(d, r, message)
    mixers = sum(group.count * (len(group.mixers) > 0) for group in d.model.layers)
    dense = sum(group.count * (len(group.ffns) > 0 and not has_moe(group.ffns)) for group in d.model.layers)
    moe = sum(group.count for group in d.model.layers if has_moe(group.ffns))
    topk = max([f.topk for g in d.model.layers for f in g.ffns if isinstance(f, Moe)], default=0)
    sent = all_to_all_s(message * np.minimum(topk, ep), ep, latency_s=0.0, bytes_per_s=r.exchange_bytes_per_s)
    exchange = np.where(dp > 1, 2.0 * sent, moving)
    handshake = np.where(dp > 1, 4.0 * r.exchange_latency_s, starting)
    hopping, hops = _hops(d, r, message)
    return Work(
        np.zeros(1),
        (mixers + dense) * moving + moe * exchange + hopping,
        (mixers + dense) * starting + moe * handshake + hops,
    )


def _all_reduce(d: Designs, r: Rates, message: Array) -> tuple[Array, Array]:
    """Seconds that one all-reduce moves bytes, and that it starts: inside the machine, then between machines."""
    tp = d.tp[:, None].astype(float)
    near, machines = np.minimum(tp, r.machine_ranks), np.ceil(tp / r.machine_ranks)
    moving = all_reduce_moving_s(
        message,
        near,
        bus_bytes_per_s=r.reduce_bytes_per_s,
        root_s=r.reduce_root_s,
        flagged_bytes=r.reduce_flagged_bytes,
    )
    across = between_machines_s(message, machines, inside=near, nic_bytes_per_s=r.network_bytes_per_s, latency_s=0.0)
    return moving + across, np.where(tp > 1, r.reduce_latency_s + r.network_latency_s, 0.0)


def _hops(d: Designs, r: Rates, message: Array) -> tuple[Array, Array]:
    """Seconds that messages between pipeline stages move, and start; those between machines by the network."""
    pp, ranks = d.pp[:, None] - 1.0, (d.tp * d.dp)[:, None]
    far = np.minimum(np.ceil(ranks * (pp + 1.0) / r.machine_ranks) - 1.0, pp)
    moving = (pp - far) * message / r.hop_bytes_per_s + far * message / r.network_bytes_per_s
    return moving, (pp - far) * HOP_S + far * r.hop_network_s
