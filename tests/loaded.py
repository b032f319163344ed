"""What the product's processes load, loaded here once; `tests/forked.py` says what for."""

from __future__ import annotations

import warnings
from importlib import import_module

COMMANDS = (
    *("acts", "contracts", "due", "erasure", "inventory", "invoices", "keys", "money", "payments", "processing"),
    *("tokens", "vault", "verify"),
)
PROGRAMS = (
    *(f"starter.commands.{name}" for name in COMMANDS),
    "starter.coverage",
    "starter.simulate",
    "starter.up",
    "worker",
)
"""What `ligums` and `python worker.py` load when they know what is asked for."""

with warnings.catch_warnings():
    warnings.simplefilter("error")
    for name in PROGRAMS:
        import_module(name)
