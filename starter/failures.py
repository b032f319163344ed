"""How a command of the command line ends before it is done."""

from __future__ import annotations


class CommandFailed(Exception):
    """The command was refused or could not be done; `lines` tell the person why, one a fault."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class Interrupted(Exception):
    """A signal ended the command, and all was put away; `exit_code` is what shells expect of that."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by signal {number}")
        self.exit_code = 128 + number
