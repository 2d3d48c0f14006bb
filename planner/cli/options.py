"""The options of all commands, each defined once; a command takes the groups that it can use."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from planner.cli import completion
from planner.cli.common import CURRENCY, keep_limit
from planner.cli.help import OneOf, option, together
from planner.cli.memory_options import memory_options

METRICS = ("ttft", "tpot", "e2e")
PERCENTILES = ("mean", "p50", "p90", "p95", "p99")
COMMITMENTS = ("on_demand", "spot", "capacity_block", "1y_reserved", "3y_reserved")
WIDTH = click.IntRange(1, 1024)
SUBJECT, DEPLOYMENT, ENGINE, TRAFFIC = "Model, GPU and workload", "Deployment", "Engine settings", "Traffic"
LIMITS, CHOICE = "SLA [s]", "Choice"


class _Place(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A name of a file or folder, whether it is there or not; what is wrong with it names the option."""

    name = "path"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from planner.errors import InputError

        if not str(value) or "\0" in str(value):
            raise InputError(f"{_named(param)}: {str(value)[:60]!r} is no name of a file or folder")
        return Path(value)


class _File(_Place):
    """The same of a file of the user that must be there."""

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        from planner.errors import InputError, unreadable

        path = super().convert(value, param, ctx)
        try:
            path.stat()
        except (OSError, ValueError) as error:
            raise InputError(f"{_named(param)}: {unreadable(path, error)}") from error
        return path


def _named(param: click.Parameter | None) -> str:
    """The option as a message names it; arguments that are files are another way to give the workload."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return "log" if param is not None and param.name == "log" else "--workload"


PLACE, FILE = _Place(), _File()
format_option = click.option(
    "--format", "fmt", type=OneOf(["table", "json", "csv", "md"]), default="table", show_default=True,
    help="Output format; stdout carries nothing else.",
)  # fmt: skip
catalog_option = click.option(
    "--catalog", type=PLACE, default=None, envvar="GPUPLAN_CATALOG", is_eager=True,
    help="Directory whose models/, accelerators/ and prices/ add to or replace the catalogs "
    "(default: the platform's config directory).",
)  # fmt: skip
limit_option = click.option(
    "--limit", type=click.IntRange(0), metavar="N", expose_value=False, callback=keep_limit,
    help="Rows of long tables (0: all); JSON is whole. [default: 20 in a terminal, all in csv and md]",
)  # fmt: skip
output_options = together(catalog_option, format_option)
list_options = together(output_options, limit_option)


def _kept(place: int) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Leave a part of the currency (code, rate, day) where `show` finds it."""

    def keep(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        parts = list(ctx.meta.get(CURRENCY, (None, None, None)))
        parts[place] = value
        ctx.meta[CURRENCY] = tuple(parts)

    return keep


currency_options = together(
    click.option("--currency", metavar="CODE", expose_value=False, callback=_kept(0),
                 help="Print dollars in this currency, at a rate that you state. [default: USD]"),
    click.option("--rate-of-exchange", type=float, metavar="UNITS", expose_value=False, callback=_kept(1),
                 help="Units of the currency for one USD."),
    click.option("--exchange-as-of", metavar="YYYY-MM-DD", expose_value=False, callback=_kept(2),
                 help="Day of that rate."),
)  # fmt: skip
money_output_options = together(currency_options, output_options)
money_list_options = together(currency_options, list_options)

model_option = option(
    SUBJECT, "-m", "--model", help="Model id, or a name with the same shapes.", shell_complete=completion.models
)
workload_option = option(SUBJECT, "-w", "--workload", type=FILE, help="TOML file with the request; flags override it.")


def gpu_option(text: str, heading: str = SUBJECT) -> Callable[[Any], Any]:
    return option(heading, "-g", "--gpu", "gpus", multiple=True, help=text, shell_complete=completion.gpus)


def engine_option(text: str, heading: str = DEPLOYMENT) -> Callable[[Any], Any]:
    return option(heading, "--engine", "engines", multiple=True, help=text, shell_complete=completion.engines)


def _formats(weights: str, kv: str) -> Callable[[Any], Any]:
    return together(
        option(DEPLOYMENT, "--weights", "formats", multiple=True, help=weights, shell_complete=completion.formats),
        option(DEPLOYMENT, "--kv", "kv_formats", multiple=True, help=kv, shell_complete=completion.kv_formats),
    )


_version = option(
    DEPLOYMENT, "--engine-version", metavar="VERSION",
    help="The engine as of a version (0.10.1) or a day (2025-07-22). [default: the newest known]",
)  # fmt: skip

# One deployment as it is named, or a scope to choose from: the same flags.
one_of_each = together(
    _formats("Weight format (default: the checkpoint's own).", "KV-cache format (default: 16 bit)."),
    engine_option("Serving engine. [default: vllm]"),
    _version,
)
scope_of_each = together(
    _formats("Restrict to a weight format (repeatable).", "Restrict to a KV format (repeatable)."),
    engine_option("Serving engine (repeatable). [default: vllm]"),
    _version,
)
WIDTHS = {
    "tp": "Tensor parallel", "pp": "Pipeline parallel", "ep": "Expert parallel", "dp": "Attention data parallel",
}  # fmt: skip


def widths(usual: str) -> Callable[[Any], Any]:
    """The four widths, none of which is given by default; usual: what is taken then."""
    return together(
        *(
            option(DEPLOYMENT, f"--{name}", type=WIDTH, default=None, help=f"{text} (default: {usual}).")
            for name, text in WIDTHS.items()
        )
    )


split_options = together(
    *(
        option(DEPLOYMENT, f"--{name}", type=WIDTH, default=1, show_default=True, help=f"{text}.")
        for name, text in WIDTHS.items()
    ),
    option(
        DEPLOYMENT, "--topology", metavar="NAME", shell_complete=completion.topologies,
        help="What joins the GPUs of a machine (nvswitch, bridge_pair, pcie_p2p, pcie_host_staged, ...), by id or kind;"
        " `gpuplan gpus show GPU` lists them. [default: how its machines are usually built]",
    ),
    option(
        DEPLOYMENT, "--link-gb-s", type=float, metavar="GB_PER_S",
        help="Bus bandwidth of an all-reduce in your machine, as nccl-tests prints it.",
    ),
)  # fmt: skip

engine_options = together(
    option(ENGINE, "--max-model-len", type=int, metavar="TOKENS", help="Most tokens of one request, in and out."),
    option(ENGINE, "--max-num-batched-tokens", type=int, metavar="TOKENS", help="Token budget of one step."),
    option(
        ENGINE,
        "--max-num-seqs",
        "--max-sequences",
        "max_num_seqs",
        older=("--max-sequences",),
        type=int,
        metavar="N",
        help="Most sequences that run at once.",
    ),
    option(ENGINE, "--memory-fraction", type=float, metavar="SHARE", help="Share of a GPU's memory to use."),
    option(ENGINE, "--eager", is_flag=True, default=None, help="Without CUDA graphs."),
    option(
        ENGINE,
        "--speculation",
        metavar="METHOD:DRAFTS[:ACCEPTED]",
        help="Drafts: mtp:3, eagle:5:2.6, draft:MODEL:4, block:7 or ngram:4:1.5.",
    ),
    memory_options,
)
prefix_option = option(
    ENGINE, "--prefix-hit", type=float, metavar="SHARE", help="Share of input tokens found in the prefix cache."
)


def _length(name: str, words: str) -> Callable[[Any], Any]:
    return together(
        option(TRAFFIC, f"--{name}", type=float, metavar="TOKENS", help=f"Mean {words} tokens."),
        option(TRAFFIC, f"--{name}-cv", type=float, help=f"Coefficient of variation of the {words} tokens."),
        option(TRAFFIC, f"--{name}-p95", type=float, metavar="TOKENS", help=f"95 % quantile of the {words} tokens."),
    )


users_options = together(
    option(TRAFFIC, "--users", type=float, metavar="N", help="People who may use it, instead of a rate."),
    option(TRAFFIC, "--active-share", type=float, metavar="SHARE",
           help="Of the users, at work in the busiest hour. [default: 0.2]"),
    option(TRAFFIC, "--requests-per-user-hour", type=float, metavar="R",
           help="Requests an hour of a user at work. [default: 12]"),
    option(TRAFFIC, "--think-time", type=float, metavar="S",
           help="Instead of requests an hour: seconds from an answer to the user's next request."),
)  # fmt: skip

traffic_options = together(
    option(TRAFFIC, "--rate", type=float, metavar="PER_S", help="Requests a second."),
    option(TRAFFIC, "--tokens-per-month", type=float, metavar="TOKENS",
           help="Volume instead of a rate: input and output tokens a month."),
    users_options,
    option(TRAFFIC, "--arrival-cv", type=float, help="Coefficient of variation of the gaps (1 = Poisson)."),
    option(TRAFFIC, "--preset", metavar="NAME", shell_complete=completion.presets,
           help="Traffic fitted to a public trace: azure-code, azure-conversation, mooncake-conversation."),
    _length("isl", "input"),
    _length("osl", "output"),
)  # fmt: skip

sla_options = together(
    *(
        option(
            LIMITS, f"--{metric}-{percentile}", type=float, metavar="S",
            help=f"Limit on {metric.upper()} {percentile}.", hidden=percentile not in ("p95", "p99"),
        )
        for metric in METRICS
        for percentile in PERCENTILES
    )
)  # fmt: skip

confidence_option = option(
    CHOICE, "--confidence", type=float, metavar="SHARE",
    help="Share of deployments that should be at least this fast (0.5 to 0.99).",
)  # fmt: skip
loss_options = together(
    option(CHOICE, "--max-loss", type=float, metavar="PCT",
           help="Most percent of a benchmark's score that formats may cost. [default: 1]"),
    option(CHOICE, "--any-quality", is_flag=True, default=None, help="Choose formats whatever they cost in quality."),
)  # fmt: skip
market_options = together(
    option(CHOICE, "--provider", "providers", multiple=True, help="Restrict to a provider (repeatable).",
           shell_complete=completion.providers),
    option(CHOICE, "--region", "regions", multiple=True, help="Restrict to a region (repeatable).",
           shell_complete=completion.regions),
    option(CHOICE, "--commitment", type=OneOf(COMMITMENTS), help="How machines are rented."),
    option(CHOICE, "--offer-class", "offer_classes", multiple=True, metavar="CLASS", shell_complete=completion.classes,
           help="Who may rent them out: hyperscaler, cloud, marketplace, community (repeatable, or with commas); "
           "your own offers always, with `own` no others. [default: hyperscaler, cloud]"),
    option(CHOICE, "--low-confidence", is_flag=True, default=None,
           help="Take prices of low confidence, too. [default: only those of a provider that you name]"),
    option(CHOICE, "--max-price-age", type=int, metavar="DAYS", help="Leave out prices that are older."),
    option(CHOICE, "--as-of", metavar="YYYY-MM-DD", help="Day that the age of prices counts to. [default: today]"),
    option(CHOICE, "--on-premises", is_flag=True, default=None,
           help="Nothing rented and no API: machines to buy, and your own offers (gpuplan prices import)."),
    option(CHOICE, "--air-gapped", is_flag=True, default=None,
           help="That, and no hub at start: what to carry in, and a start command that fetches nothing."),
    option(CHOICE, "--max-gpus", type=int, metavar="N", help="Most GPUs in all, such as those that you own."),
    option(CHOICE, "--max-usd-per-hour", type=float, metavar="USD", help="Budget."),
    option(CHOICE, "--max-power-kw", type=float, metavar="KW", help="Most power of the GPUs at TDP."),
    option(CHOICE, "--spare-replicas", type=int, metavar="N", help="Replicas beyond need (N+k)."),
    confidence_option,
    loss_options,
    option(CHOICE, "--speculative", is_flag=True, default=None,
           help="Also consider drafting with the model's own layers."),
)  # fmt: skip
disaggregated_option = option(
    CHOICE, "--disaggregated", is_flag=True, default=None,
    help="Also compare prefill and decode on replicas apart.",
)  # fmt: skip
owning_options = together(
    option(CHOICE, "--term", "terms", multiple=True, metavar="NAME=VALUE", shell_complete=completion.terms,
           help="Override a term of owning, such as usd_per_kwh or pue (repeatable; names: docs/glossary.md)."),
    option(CHOICE, "--grid", metavar="COUNTRY", shell_complete=completion.grids,
           help="Whose electricity it is, for its CO2. [default: world]"),
    option(CHOICE, "--grid-g-per-kwh", type=float, metavar="G", help="Grams of CO2 a kWh instead of the table's."),
)  # fmt: skip
score_option = option(
    CHOICE, "--min-score", nargs=2, type=(str, float), default=None, metavar="BENCHMARK SCORE",
    shell_complete=completion.benchmarks,
    help="Choose among models that reach a score instead of naming one.",
)  # fmt: skip
