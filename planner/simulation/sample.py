"""A sample of the replicas behind a router: where there are many, some of them with their share of the requests.

The router is taken to deal requests in turn to groups of replicas, each group in proportion to its size, and within a
group to the replica with the fewest. One group is simulated. `docs/method.md` says why that is enough.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np

from planner.formulas.types import Array

# Fewer replicas are no sample: the fewer share their requests, the more each waits.
LEAST = 8
# A sample of more than this share of the replicas spares too little.
MOST_SHARE = 0.75
GOLDEN = (sqrt(5.0) - 1.0) / 2.0


def sample_size(replicas: int, requests: float, wanted: float) -> int:
    """How many of `replicas`, which get `requests` together, get about the `wanted` ones, LEAST at least.

    >>> [sample_size(replicas, 105_000, 12_000) for replicas in (40, 400, 11, 5)]
    [8, 46, 8, 5]
    """
    size = max(LEAST, ceil(replicas * wanted / max(requests, 1.0)))
    return size if size <= MOST_SHARE * replicas else replicas


def dealt(requests: int, share: float) -> Array:
    """Which of the requests, in order of arrival, go to a group that gets `share` of them; evenly spread.

    The fractional parts of multiples of the golden section are spread evenly however many there are ([Knuth 1998],
    section 6.4), and a smaller share gets some of the requests of a larger one: samples of several numbers of replicas
    are compared on common requests.
    """
    return np.mod(np.arange(requests) * GOLDEN, 1.0) < share
