"""``ndxp-emulator completion``: the script that teaches a shell our words."""

from __future__ import annotations

import click

from emulator.cli.frame import COMPLETE_VARIABLE, PROGRAM

_EXAMPLES = """\b
Ví dụ / Examples:
  # bash: thêm vào ~/.bashrc / add to ~/.bashrc
  eval "$(ndxp-emulator completion bash)"
  # zsh: thêm vào ~/.zshrc, sau compinit / add to ~/.zshrc, after compinit
  eval "$(ndxp-emulator completion zsh)"
  ndxp-emulator completion fish > ~/.config/fish/completions/ndxp-emulator.fish
  # PowerShell: thêm vào $PROFILE / add to $PROFILE
  ndxp-emulator completion powershell | Out-String | Invoke-Expression
"""


@click.command(epilog=_EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish", "powershell"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """In kịch bản gợi ý lệnh cho shell. / Print the script that lets a shell complete our commands."""
    from click.shell_completion import get_completion_class

    from emulator.cli import powershell
    from emulator.cli.terminal import write_data

    powershell.add()
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"Không biết shell {shell}. / The shell {shell} is not known.")
    write_data(found(context.find_root().command, {}, PROGRAM, COMPLETE_VARIABLE).source())
