"""Whether a statement agrees with itself: its balances with its entries, and its own totals with what is listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from activities.statements.elements import Element, refusal
from schemas.statement import Direction

OPENING: Final = ("OPBD", "PRCD")
"""The opening balance, or the closing one of the day before; the first of them that is there holds."""
CLOSING: Final = ("CLBD",)

Directed = Callable[[Element], Direction]


class EntrySum(NamedTuple):
    """What an entry comes to, as booked or not."""

    amount: Decimal
    currency: str
    direction: Direction
    is_booked: bool

    @property
    def signed(self) -> Decimal:
        return self.amount if self.direction == "credit" else -self.amount


class Balance(NamedTuple):
    path: str
    signed: Decimal
    currency: str


def require_agreement(statement: Element, entries: Sequence[EntrySum], direction: Directed) -> None:
    """Refuse a statement that contradicts itself, before anything of it is booked.

    Only what is there is held against it. A page of a longer statement has the totals of the whole, and is left alone;
    so are balances where the entries are in other currencies too.
    """
    if _is_a_page(statement):
        return
    _balances(statement, entries, direction)
    summary = statement.one("TxsSummry")
    if summary is not None:
        _totals(summary, entries)


def _is_a_page(statement: Element) -> bool:
    page = statement.one("StmtPgntn")
    return page is not None and (page.word("PgNb") != "1" or not page.yes_no("LastPgInd"))


def _balances(statement: Element, entries: Sequence[EntrySum], direction: Directed) -> None:
    opening, closing = (_balance(statement, kinds, direction) for kinds in (OPENING, CLOSING))
    booked = [one for one in entries if one.is_booked]
    if opening is None or closing is None:
        return
    if {opening.currency, closing.currency, *(one.currency for one in booked)} != {closing.currency}:
        return
    moved = sum((one.signed for one in booked), Decimal(0))
    if opening.signed + moved != closing.signed:
        raise refusal(
            f"{closing.path}/Amt",
            f"must be what the opening balance and the entries come to: {opening.signed} and {moved} are "
            f"{opening.signed + moved}, and not {closing.signed}",
        )


def _balance(statement: Element, kinds: Sequence[str], direction: Directed) -> Balance | None:
    found: dict[str, list[Element]] = {}
    for each in statement.many("Bal"):
        kind = each.one("Tp", "CdOrPrtry")
        found.setdefault((kind.word("Cd") if kind is not None else None) or "", []).append(each)
    named = next((found[kind] for kind in kinds if kind in found), [])
    balances = [_read(each, direction) for each in named]
    if len({(one.signed, one.currency) for one in balances}) > 1:
        raise refusal(balances[1].path, "is a second balance of its kind and another one; which holds cannot be told")
    return balances[0] if balances else None


def _read(balance: Element, direction: Directed) -> Balance:
    amount, currency = balance.need("Amt").money()
    return Balance(path=balance.path, signed=amount if direction(balance) == "credit" else -amount, currency=currency)


def _totals(summary: Element, entries: Sequence[EntrySum]) -> None:
    """Banks count either all entries that they list, or the booked ones."""
    booked = [one for one in entries if one.is_booked]
    for name, way in (("TtlNtries", None), ("TtlCdtNtries", "credit"), ("TtlDbtNtries", "debit")):
        total = summary.one(name)
        if total is None:
            continue
        counts = [[one for one in each if way in (None, one.direction)] for each in (entries, booked)]
        _require(total, "NbOfNtries", {Decimal(len(each)) for each in counts})
        _require(total, "Sum", {sum((one.amount for one in each), Decimal(0)) for each in counts})


def _require(total: Element, name: str, right: set[Decimal]) -> None:
    found = total.one(name)
    if found is None:
        return
    given = found.number()
    if given not in right:
        listed = " or ".join(str(each) for each in sorted(right))
        raise refusal(found.path, f"must be what the entries listed come to, {listed}, and not {given}")
