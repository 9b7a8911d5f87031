"""How a command stops when it cannot begin: one sentence on stderr, exit code 2."""

from __future__ import annotations

from typing import IO, Any

import click


class CannotStart(click.ClickException):
    """A sentence, Vietnamese and English, about what stands in the way."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone."""
        click.echo(self.format_message(), file=file, err=file is None)
