"""What a list is asked for by: how much of it, and from where on."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Query

from starter.paging import MOST_A_PAGE

LARGEST = 2**31 - 1

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="how many at most")]
Position: TypeAlias = Annotated[
    int, Query(ge=0, le=LARGEST, description="how many came before: only those behind them")
]
AfterNumber: TypeAlias = Annotated[
    str, Query(description="a number of the list: only those behind it", pattern=r"^[A-Za-z0-9-]{0,60}$")
]
