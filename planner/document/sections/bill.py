"""The bill of materials, node by node."""

from __future__ import annotations

from dataclasses import dataclass

from hardware_db.nodes import ReferenceNode, reference_nodes
from hardware_db.schema import Accelerator, Offer
from models_db.stored import stored_bytes
from planner.answers import Cluster
from planner.catalogs import Catalogs
from planner.document.record import Fact, Facts, FigureTable, Section, TableColumn
from planner.document.sections.words import CATALOG, machines_text
from planner.document.sources import Cited
from planner.request.request import OWNED

GB = 1e9
UNKNOWN = "not stated by the source of the price"


@dataclass(frozen=True)
class Bought:
    """What is known about one machine of a cluster: its accelerator, the offer it is rented by, and a reference."""

    gpu: Accelerator
    offer: Offer | None
    reference: ReferenceNode | None

    @classmethod
    def of(cls, c: Cluster, catalogs: Catalogs) -> Bought:
        """The records behind the machine of a cluster."""
        gpu, m = catalogs.hardware.accelerator(c.machine.gpu), c.machine
        same = [o for o in catalogs.hardware.offers if (o.provider, o.instance_type) == (m.provider, m.instance_type)]
        here = [o for o in same if o.region == m.region] or same
        bought = m.provider == OWNED
        return cls(gpu, here[0] if here else None, reference_nodes().get((gpu.id, m.gpus)) if bought else None)


def bill(c: Cluster, catalogs: Catalogs, cited: Cited) -> Section:
    """What stands in the rack or is rented, and what it costs an hour."""
    node, m = Bought.of(c, catalogs), c.machine
    columns = [
        TableColumn(key="item", label="Item"), TableColumn(key="each", label="In each machine"),
        TableColumn(key="quantity", label="In each", unit="", method=CATALOG),
        TableColumn(key="total", label="In all", unit="", formula="quantity * bill.machines"),
    ]  # fmt: skip
    rows = [(item, each, count, sources) for item, each, count, sources in _items(c, node, cited)]
    table = FigureTable(
        key="bill.nodes", title="By node", columns=columns,
        rows=[[item, each, count, None if count is None else count * m.count] for item, each, count, _ in rows],
        row_sources=[sources for *_, sources in rows], note=f"A dash where it is {UNKNOWN}; nothing is guessed.",
    )  # fmt: skip
    lead = f"{machines_text(c)}; {c.gpus} accelerators in all, {c.replicas} replicas."
    return Section(key="bill", title="Bill of materials", lead=lead, blocks=[_facts(c, cited), table])


def _facts(c: Cluster, cited: Cited) -> Facts:
    m = c.machine
    price = cited.cite(m.price_source, m.price_as_of)
    age = [] if m.price_age_days is None else [
        Fact(key="bill.price_age_days", label="Age of that price", value=m.price_age_days, unit="days",
             method="from the day of the price to the day of this report")
    ]  # fmt: skip
    return Facts(
        key="bill.facts",
        figures=[
            Fact(key="bill.machines", label="Machines", value=m.count, unit="machines",
                 method="whole machines for the replicas that the load and the spare replicas need"),
            Fact(key="bill.gpus", label="Accelerators in all", value=c.gpus, unit="accelerators",
                 formula=f"bill.machines * {m.gpus}"),
            Fact(key="bill.provider", label="Provider and region", value=f"{m.provider}, {m.region or 'own site'}",
                 unit="text", sources=price),
            Fact(key="bill.usd_per_hour_each", label="Price of one machine", value=m.usd_per_hour_each,
                 unit="USD/hour", sources=price),
            Fact(key="bill.price_as_of", label="Day of that price", value=m.price_as_of, unit="date",
                 sources=price),
            *age,
        ],
    )  # fmt: skip


Item = tuple[str, str, float | None, list[str]]


def _items(c: Cluster, node: Bought, cited: Cited) -> list[Item]:
    gpu, m = node.gpu, c.machine
    card = cited.cite("; ".join(gpu.sources), gpu.checked)
    memory = f"{gpu.memory_gb:g} GB {gpu.memory_type}, {gpu.mem_bw_gb_s:,.0f} GB/s each"
    return [
        ("accelerator", gpu.name, float(m.gpus), card),
        ("accelerator memory [GB]", memory, gpu.memory_gb * m.gpus, card),
        *_host(node, cited),
        _disk(c, cited),
        *_network(node, cited),
        *_space(node, cited),
    ]


def _host(node: Bought, cited: Cited) -> list[Item]:
    if node.reference is not None:
        r = node.reference
        source = cited.cite(r.said("cpu", "cpu_cores", "memory_gb"), r.checked)
        return [
            ("CPU cores", r.cpu, float(r.cpu_cores), source), ("host memory [GB]", "", float(r.memory_gb), source),
        ]  # fmt: skip
    offer = node.offer
    source = cited.cite(offer.source, offer.as_of) if offer is not None else []
    cpu, ram = (None, None) if offer is None else (offer.vcpu, offer.ram_gb)
    return [("virtual CPUs", "", cpu, source), ("host memory [GB]", "", ram, source)]


def _disk(c: Cluster, cited: Cited) -> Item:
    """Disk that the weights take; none for a cluster that was read from a file."""
    found = "computed from the tensor shapes of the model and the bits of the format, file headers left out"
    size: float | None = None
    if c.design is not None:
        size = stored_bytes(c.design.model, c.design.formats[c.design.fmt[0]]) / GB
    text = f"weights of {c.replica.model} in {c.replica.weight_format}"
    return "disk for the weights [GB]", text, size, cited.cite(found)


def _network(node: Bought, cited: Cited) -> list[Item]:
    if node.reference is not None:
        source = cited.cite(node.reference.said("network"), node.reference.checked)
        return [("network between machines", node.reference.network, None, source)]
    offer = node.offer
    rate = None if offer is None else offer.network_gbps
    source = cited.cite(offer.source, offer.as_of) if offer is not None else []
    joined = cited.cite("; ".join(node.gpu.joined.inside.sources), node.gpu.joined.inside.checked)
    link = node.gpu.joined.inside
    return [
        ("link between accelerators", f"{link.link}, {link.one_way_gb_s:g} GB/s one way each", None, joined),
        ("network [Gbit/s]", "", rate, source),
    ]


def _space(node: Bought, cited: Cited) -> list[Item]:
    if node.reference is None:
        return (
            [("rack units", "the provider's", None, [])] if node.offer is not None else [("rack units", "", None, [])]
        )
    r = node.reference
    return [
        (
            "rack units",
            f"as {r.source.split(' data sheet')[0]}",
            float(r.rack_units),
            cited.cite(r.said("rack_units"), r.checked),
        )
    ]
