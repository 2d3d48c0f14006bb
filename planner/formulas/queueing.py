"""Queueing: from step times and an arrival rate to waiting times and percentiles."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from planner.formulas.types import Array


def sustained_rate_per_s(n: Array, *, step_s: Array, prefill_s: Array, osl: Array) -> Array:
    """Arrival rate that keeps `n` sequences decoding in steady state.

    step_s: decode step at n sequences; prefill_s: device time of one prompt inside mixed steps; osl:
    output tokens. Every request costs its prompt and its share of osl steps:
    lambda = n / (osl step + n prefill). Derivation: Little's law with step / (1 - lambda prefill).

    >>> sustained_rate_per_s(1.0, step_s=0.01, prefill_s=0.0, osl=100.0)
    1.0
    """
    return n / (osl * step_s + n * prefill_s)


def token_interval_s(n: Array, *, step_s: Array, prefill_s: Array, osl: Array) -> Array:
    """Mean time between tokens when `n` sequences run and their replacements prefill between steps.

    Equation: step + n prefill / osl, the same steady state as `sustained_rate_per_s`.
    """
    return step_s + n * prefill_s / osl


def single_server_wait_s(rate_per_s: Array, *, service_s: Array, cv2_arrival: Array, cv2_service: Array) -> Array:
    """Mean wait before one server (Kingman 1961); infinite at utilization 1 and above.

    Equation: rho / (1 - rho) (ca^2 + cs^2) / 2 service. Exact for M/G/1 (ca^2 = 1).

    >>> round(float(single_server_wait_s(0.5, service_s=1.0, cv2_arrival=1.0, cv2_service=1.0)), 9)
    1.0
    """
    rho = np.asarray(rate_per_s * service_s)
    wait = np.divide(rho, 1.0 - rho, out=np.full(np.shape(rho), np.inf), where=rho < 1.0)
    return wait * (cv2_arrival + cv2_service) / 2.0 * service_s


def many_server_wait_s(busy: Array, servers: Array, *, service_s: Array, cv2: Array) -> Array:
    """Mean wait for one of `servers` slots of which `busy` are taken on average (Sakasegawa 1977).

    Equation: rho^(sqrt(2 (c + 1)) - 1) / (c (1 - rho)) service (ca^2 + cs^2) / 2; infinite from rho = 1.
    """
    rho = np.asarray(busy / servers, dtype=float)
    safe = np.clip(rho, 0.0, 1.0 - 1e-9)
    wait = safe ** (np.sqrt(2.0 * (servers + 1.0)) - 1.0) / (servers * (1.0 - safe)) * service_s * cv2
    return np.where(rho < 1.0, wait, np.inf)


def delayed_exponential_variance(mean: Array, probability: Array) -> Array:
    """Variance of a wait that is zero with 1 - p and exponential with p, given its mean.

    Equation: mean^2 (2/p - 1).
    """
    return mean**2 * (2.0 / np.maximum(probability, 1e-6) - 1.0)


def lognormal_quantile(mean: Array, variance: Array, percentile: float) -> Array:
    """Quantile of a lognormal with the given mean and variance; `percentile` in (0, 100).

    >>> round(float(lognormal_quantile(1.0, 0.0, 95.0)), 6)
    1.0
    """
    z = NormalDist().inv_cdf(percentile / 100.0)
    with np.errstate(invalid="ignore", over="ignore"):
        sigma2 = np.log1p(variance / np.maximum(mean, 1e-12) ** 2)
        value = mean * np.exp(z * np.sqrt(sigma2) - sigma2 / 2.0)
    return np.where(np.isfinite(mean) & np.isfinite(variance), value, np.inf)
