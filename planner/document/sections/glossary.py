"""The words of the report."""

from __future__ import annotations

from planner.document.record import FigureTable, Section, TableColumn

TERMS = {
    "TTFT": "time to the first token: from a request to the first token of its answer",
    "TPOT": "time per output token: mean time between the tokens of an answer after the first",
    "E2E": "end-to-end time: from a request to the last token of its answer",
    "p50, p95, p99": "so many percent of the requests are at least this fast",
    "SLA": "service-level agreement: the latency limits that the service must keep",
    "replica": "one copy of the model on one or more accelerators",
    "tp, pp, ep, dp": "how a model is cut over accelerators: tensor, pipeline, expert and data parallel width",
    "N+k": "k replicas more than the load needs, so that the limits hold when k are lost",
    "weights, cache": "numbers of the model; keys and values of what it has read and written (KV cache)",
    "format": "how many bits a weight or a cache entry has, and how they are scaled (quantization)",
    "basis": "what a figure rests on: measured, calibrated on others of its kind, or physics alone",
    "interval": "low and high end between which the true figure lies with the share stated",
    "headroom": "what of a limit is left: 1 - figure / limit",
    "P10, P50, P90": "so many percent of the draws over all uncertain inputs cost no more",
    "NPV": "net present value: payments of later months at their value today",
    "capex": "what is paid once, when machines are bought",
    "PUE": "power of the building over that of its machines",
    "on demand, reserved, spot": "rented by the hour; for a year or more; at a lower price until taken away",
    "GB, GiB": "1,000,000,000 and 1,073,741,824 bytes",
    "month": "730.5 hours",
}


def glossary() -> Section:
    """All terms."""
    columns = [TableColumn(key="term", label="Term"), TableColumn(key="means", label="Meaning")]
    table = FigureTable(key="glossary.terms", columns=columns, rows=[[term, text] for term, text in TERMS.items()])
    return Section(key="glossary", title="Glossary", blocks=[table])
