"""How a command of the command line fails: in plain lines, one a fault, and exit code 1."""

from __future__ import annotations


class CommandFailed(Exception):
    """The command was refused or could not be done; `lines` tell the person why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines
