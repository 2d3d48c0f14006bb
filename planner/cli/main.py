"""Entry point. Commands are imported when they are called, so that `--help` is instant."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from planner import __version__

COMMANDS = {
    "plan": ("planner.cli.plan", "The cheapest cluster that meets a latency SLA."),
    "estimate": ("planner.cli.estimate", "One deployment as given: memory, step times, latency."),
    "fit": ("planner.cli.fit", "Will a model fit, and how far, per GPU type."),
    "import": ("planner.cli.import_", "A model from config.json, safetensors or GGUF."),
    "validate": ("planner.cli.validate", "Predictions against measurements."),
    "models": ("planner.cli.browse", "Browse the model catalog."),
    "gpus": ("planner.cli.browse", "Browse the accelerator catalog."),
    "formats": ("planner.cli.browse", "Browse weight and KV formats and their kernels."),
    "prices": ("planner.cli.browse", "Browse rental prices, with their dates."),
    "schema": ("planner.cli.schema", "JSON schemas of the answers."),
    "tui": ("planner.cli.tui", "The interactive planner in the terminal."),
}


class Commands(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(COMMANDS[name][0]), f"{name}_command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = ", ".join(get_close_matches(args[0], COMMANDS, n=3, cutoff=0.0))
            raise click.UsageError(f"no such command {args[0][:40]!r} (nearest: {close})")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog='Shell completion: eval "$(_GPUPLAN_COMPLETE=bash_source gpuplan)" (or zsh_source, fish_source).',
)
@click.version_option(__version__, prog_name="gpuplan")
def cli() -> None:
    """Say what you must serve and how fast; get the cheapest cluster that does it.

    \b
    Examples:
      gpuplan plan --model meta-llama/Llama-3.3-70B-Instruct --rate 8 --isl 1155 --osl 211 \\
                   --ttft-p95 1.0 --tpot-p95 0.05
      gpuplan plan --workload examples/chat-70b.toml --format md
      gpuplan estimate --model Qwen/Qwen3-32B --gpu H100 --weights fp8 --tp 2 --concurrency 32
      gpuplan fit --model openai/gpt-oss-120b
    """


def main(args: list[str] | None = None) -> int:
    """Run the command line; the return value is the exit code (0 answer, 1 negative answer, 2 input error)."""
    try:
        code: Any = cli.main(args=args, prog_name="gpuplan", standalone_mode=False)
    except click.exceptions.Abort:
        return _complain("interrupted")
    except click.ClickException as error:
        return _complain(error.format_message())
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except ValueError as error:
        from planner.errors import USER_ERRORS

        if not isinstance(error, USER_ERRORS):
            raise
        return _complain(str(error))
    return int(code or 0)


def _complain(message: str) -> int:
    line = " ".join(str(message).split())
    print("gpuplan: " + "".join(c if c.isprintable() else "?" for c in line)[:600], file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
