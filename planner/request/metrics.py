"""What an SLA may limit: a metric and a statistic of it."""

METRICS = ("ttft", "tpot", "e2e")
PERCENTILES = ("mean", "p50", "p90", "p95", "p99")
