"""What every command has in common: its name, colours and letters the terminal has, and exit codes.

0 done · 1 a check said no · 2 usage, configuration or a precondition · 3 incomplete · 4 a bundle does not verify ·
5 a fault of the emulator · 130 stopped by Ctrl-C. ``docs/cli`` says which command uses which.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, NoReturn

import click

from emulator.cli.terminal import soften_streams, wishes_colour

PROGRAM = "ndxp-emulator"
COMPLETE_VARIABLE = "_NDXP_EMULATOR_COMPLETE"
UNUSABLE, FAULT, STOPPED = 2, 5, 130
_OF_KUBERNETES = re.compile(r"(?:tcp|udp|sctp)://\S+")


class Twin(click.Option):
    """An option with a variable that means the same: its errors name both."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:  # noqa: ARG002 - click's
        """Return the variable's text. What Kubernetes says of a Service of our name was not meant for us."""
        for name in variables_of(self):
            value = os.environ.get(name)
            if value and _OF_KUBERNETES.fullmatch(value):
                click.echo(f"{name}={value}: của Kubernetes, bỏ qua. / Kubernetes's, ignored.", err=True)
            elif value:
                return value
        return None

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return flag and variables."""
        return f"{super().get_error_hint(ctx)} ({' / '.join(variables_of(self))})"


def variables_of(option: click.Parameter) -> list[str]:
    """Return the names of the variables that are an option's twins."""
    given = getattr(option, "envvar", None)
    return [given] if isinstance(given, str) else list(given or ())


class CommandModules(MutableMapping[str, click.Command]):
    """The commands of this room by name, and the module that has each: imported when the command is asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules: dict[str, str] = dict(modules)
        self._made: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._made:
            module = import_module(f"emulator.cli.{self._modules[name]}")
            members = (each for each in vars(module).values() if isinstance(each, click.Command))
            self._made[name] = next(each for each in members if each.name == name)
        return self._made[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._modules[name], self._made[name] = name, command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]
        self._made.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class BilingualGroup(click.Group):
    """A group whose list of commands speaks both languages: click itself stops at the first full stop."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a row for each command: its name and the first line of its help."""
        rows = [(name, _first_line(self.commands[name])) for name in self.list_commands(context)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _first_line(command: click.Command) -> str:
    return " ".join((command.help or "").partition("\n\n")[0].split())


class Frame(BilingualGroup):
    """The outermost group: it decides how a command ends."""

    def main(self, args: Any = None, *_: Any, standalone_mode: bool = True, **options: Any) -> Any:
        """Run, and end the process with a code that ``docs/cli`` promises."""
        soften_streams()
        run = super().main
        options = {"prog_name": PROGRAM, "complete_var": COMPLETE_VARIABLE, "color": wishes_colour()} | options
        if not standalone_mode:
            return run(args, standalone_mode=False, **options)
        _add_our_shell()
        sys.exit(_code_of(lambda: run(args, standalone_mode=False, **options)))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click itself would end with 1 when a reader has left."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_quietly()


def _add_our_shell() -> None:
    """Make PowerShell known when a shell asks for words."""
    if os.environ.get(COMPLETE_VARIABLE, "").startswith("powershell"):
        from emulator.cli.powershell import add

        add()


def _code_of(run: Any) -> int:
    try:
        code = run()
        _flush()
    except click.ClickException as trouble:
        trouble.show()
        return trouble.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nĐã dừng. / Stopped.", err=True)
        return STOPPED
    except BrokenPipeError:
        _leave_quietly()
    except Exception as fault:
        import traceback

        from emulator.services.registry import ServiceTrouble

        if isinstance(fault, ServiceTrouble):
            click.echo(str(fault), err=True)
            return UNUSABLE

        traceback.print_exc()
        click.echo(
            "Lỗi của trình giả lập, hãy gửi những dòng trên cho nhóm phát triển. / A fault of the emulator: please "
            "report the lines above.",
            err=True,
        )
        return FAULT
    return code if isinstance(code, int) else 0


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _leave_quietly() -> NoReturn:
    """End as a reader that needs no more (``| head``) expects, without a complaint when Python closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(0)
