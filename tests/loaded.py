"""What the product's processes load, loaded here once; `tests/forked.py` says what for."""

from __future__ import annotations

import warnings
from importlib import import_module

from tests.forked import PROGRAMS

with warnings.catch_warnings():
    warnings.simplefilter("error")
    for name in PROGRAMS:
        import_module(name)
