"""Completion for PowerShell, which click does not know. Imported when PowerShell asks."""

from __future__ import annotations

import os

from click.shell_completion import CompletionItem, ShellComplete, add_completion_class

_SCRIPT = """\
Register-ArgumentCompleter -Native -CommandName %(prog_name)s -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $env:COMP_WORDS = $words -join "`n"
        $env:COMP_CWORD = "$wordToComplete"
        $env:%(complete_var)s = 'powershell_complete'
        & '%(prog_name)s' | ForEach-Object {
            $kind, $value, $about = $_ -split "`t", 3
            if ($kind -eq 'plain') {
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
            }
        }
    } finally {
        [Console]::OutputEncoding = $encoding
        Remove-Item Env:COMP_WORDS, Env:COMP_CWORD, Env:%(complete_var)s -ErrorAction SilentlyContinue
    }
}
"""


class PowerShellComplete(ShellComplete):
    """The words so far come one a line; an answer is kind, value and help, between tabs."""

    name = "powershell"
    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being typed, and that one."""
        words, typed = os.environ["COMP_WORDS"].split("\n")[1:], os.environ.get("COMP_CWORD", "")
        return (words[:-1] if typed and words and words[-1] == typed else words), typed

    def format_completion(self, item: CompletionItem) -> str:
        """Return the line of one proposal; a tooltip may not be empty."""
        about = " ".join((item.help or item.value).split())
        return f"{item.type}\t{item.value}\t{about}"


def add() -> None:
    """Make the shell known to click."""
    add_completion_class(PowerShellComplete)
