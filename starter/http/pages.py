"""What documents and lists are asked for by: a number; how much of a list, and from where on."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path, Query

from starter.paging import MOST_A_PAGE

LARGEST = 2**31 - 1
LONGEST_NUMBER = 100
"""A contract's has up to 60 characters, its interest documents' and a rehearsal's invoices' go on from there."""

Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="how many at most")]
Position: TypeAlias = Annotated[
    int, Query(ge=0, le=LARGEST, description="how many came before: only those behind them")
]
AfterNumber: TypeAlias = Annotated[
    str,
    Query(description="a number of the list: only those behind it", pattern=rf"^[A-Za-z0-9-]{{0,{LONGEST_NUMBER}}}$"),
]
InvoiceNumber: TypeAlias = Annotated[
    str,
    Path(
        description="the number of an invoice, credit note or interest document",
        pattern=rf"^[A-Za-z0-9-]{{1,{LONGEST_NUMBER}}}$",
    ),
]
