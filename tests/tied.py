"""Processes that end with the one that runs the test, also when that is cut short."""

from __future__ import annotations

import os
import sys

TIE = """
import os, sys
from signal import SIGKILL
from runtime.embedded.leash import die_with
die_with(int(sys.argv[1]), SIGKILL)
os.execv(sys.argv[2], sys.argv[2:])
"""


def tied(*command: str) -> tuple[str, ...]:
    """What to start in place of `command`, where the product can be imported; it becomes the command at once."""
    return sys.executable, "-c", TIE, str(os.getpid()), *command
