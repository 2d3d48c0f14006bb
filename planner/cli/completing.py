"""`gpuplan completion`: the script that makes a shell complete names."""

from __future__ import annotations

import os

import click

from planner.cli.help import OneOf

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_GPUPLAN_COMPLETE"


@click.command("completion")
@click.argument("shell", type=OneOf(SHELLS), required=False, metavar="[bash|zsh|fish]")
@click.pass_context
def completion_command(context: click.Context, shell: str | None) -> int:
    """Print the script that completes commands, options and names in your shell (by default that of $SHELL).

    \b
    Examples:
      eval "$(gpuplan completion bash)"                                        # in ~/.bashrc
      eval "$(gpuplan completion zsh)"                                         # in ~/.zshrc
      gpuplan completion fish > ~/.config/fish/completions/gpuplan.fish
    """
    from click.shell_completion import get_completion_class

    from planner.errors import InputError

    name = shell or os.path.basename(os.environ.get("SHELL", ""))
    found = get_completion_class(name) if name in SHELLS else None
    if found is None:
        raise InputError(f"completion: name one of {', '.join(SHELLS)} ($SHELL is {name[:40]!r})")
    click.echo(found(context.find_root().command, {}, "gpuplan", VARIABLE).source())
    return 0
