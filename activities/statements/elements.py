"""Elements of a statement's XML, each known by its path, so that a fault names where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schemas.base import RIGA
from schemas.fields import EARLIEST, LATEST, UNPRINTABLE
from schemas.problems import Problem, Refused
from schemas.statement import EURO

_AMOUNT = re.compile(r"[0-9]{1,13}(\.[0-9]{1,5})?")
_MORE_THAN_CENTS = re.compile(r".*\.[0-9]{2}0*[1-9]0*")
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,17})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ACCOUNT = re.compile(r"[A-Za-z0-9./-]{1,34}")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_FRACTION = re.compile(r"\.[0-9]+")


def refusal(field: str, message: str) -> Refused:
    return Refused((Problem(field=field, message=message),))


def cleaned(text: str) -> str:
    """One line of printable text, in one spelling; banks break lines and pad."""
    one_line = "".join(" " if each.isspace() else each for each in unicodedata.normalize("NFC", text))
    return " ".join("".join(each for each in one_line if unicodedata.category(each) not in UNPRINTABLE).split())


class Element:
    """An element by its path, such as `Document/BkToCstmrStmt/Stmt[1]/Ntry[3]`; every namespace below is the root's."""

    __slots__ = ("_children", "node", "path")

    def __init__(self, node: Any, path: str) -> None:
        self.node = node
        self.path = path
        self._children: dict[str, list[Any]] | None = None

    def many(self, name: str) -> Iterator[Element]:
        for position, node in enumerate(self._named(name), start=1):
            yield Element(node, f"{self.path}/{name}[{position}]")

    def one(self, *names: str) -> Element | None:
        """The only element at the end of a path, if there is one. Raises Refused where there are several."""
        found: Element = self
        for name in names:
            nodes = found._named(name)
            if not nodes:
                return None
            if len(nodes) > 1:
                raise refusal(f"{found.path}/{name}", "stands more than once; which one holds cannot be told")
            found = Element(nodes[0], f"{found.path}/{name}")
        return found

    def need(self, name: str) -> Element:
        found = self.one(name)
        if found is None:
            raise refusal(f"{self.path}/{name}", "is missing")
        return found

    def own_text(self, most: int = 2000) -> str | None:
        """The text, cleaned; None where it is empty."""
        return cleaned(self.node.text or "")[:most].strip() or None

    def text(self, name: str, most: int = 2000) -> str | None:
        found = self.one(name)
        return found.own_text(most) if found is not None else None

    def own_word(self, most: int = 140) -> str | None:
        """A code or a reference, whole; one that is longer than any could be is refused."""
        found = self.own_text()
        if found is not None and len(found) > most:
            raise refusal(self.path, f"must be of at most {most} characters")
        return found

    def word(self, *names: str) -> str | None:
        found = self.one(*names)
        return found.own_word() if found is not None else None

    def needed_word(self, name: str, most: int = 140) -> str:
        found = self.need(name)
        word = found.own_word(most)
        if word is None:
            raise refusal(found.path, "is empty")
        return word

    def yes_no(self, name: str) -> bool:
        word = self.word(name)
        if word not in (None, "true", "false", "1", "0"):
            raise refusal(f"{self.path}/{name}", "must be true or false")
        return word in ("true", "1")

    def currency(self, name: str) -> str | None:
        word = self.word(name)
        if word is not None and not _CURRENCY.fullmatch(word):
            raise refusal(f"{self.path}/{name}", "must be a currency by its three letters, such as EUR")
        return word

    def money(self) -> tuple[Decimal, str]:
        """The amount, never negative, and its currency."""
        text = (self.node.text or "").strip()
        currency = self.node.get("Ccy", "")
        if not _CURRENCY.fullmatch(currency):
            raise refusal(f"{self.path}/@Ccy", "must be a currency by its three letters, such as EUR")
        if text.startswith("-"):
            raise refusal(self.path, "must not be negative; CdtDbtInd says which way the money went")
        if not _AMOUNT.fullmatch(text) or (currency == EURO and _MORE_THAN_CENTS.fullmatch(text)):
            raise refusal(self.path, "must be an amount such as 12.50, in EUR with at most two decimals")
        amount = Decimal(text)
        return (amount.quantize(Decimal("0.01")) if currency == EURO else amount), currency

    def number(self) -> Decimal:
        """A count, or a sum without a currency of its own; never negative."""
        text = (self.node.text or "").strip()
        if not _NUMBER.fullmatch(text):
            raise refusal(self.path, "must be a number such as 12 or 12.50")
        return Decimal(text)

    def checked_account(self, number: str) -> str:
        plain = number.replace(" ", "")
        if not _ACCOUNT.fullmatch(plain):
            raise refusal(self.path, "must hold an account number of at most 34 letters and digits")
        return plain

    def date_or_time(self) -> date:
        """The day of an element with a `Dt` or a `DtTm` in it, by Riga's calendar."""
        day = self.one("Dt")
        if day is None:
            return self.needed_time("DtTm")
        match = _DATE.fullmatch((day.node.text or "").strip())
        if match is None:
            raise refusal(day.path, "must be a date such as 2026-04-15")
        return day._within_calendar(match[1])

    def needed_time(self, name: str) -> date:
        """The day of a time, by Riga's calendar."""
        found = self.need(name)
        text = (found.node.text or "").strip()
        if not _TIME.fullmatch(text):
            raise refusal(found.path, "must be a time such as 2026-04-15T18:00:00")
        try:
            moment = datetime.fromisoformat(_FRACTION.sub("", text))
        except ValueError:
            raise refusal(found.path, "must be a time of the calendar") from None
        local = moment.astimezone(RIGA) if moment.tzinfo is not None else moment
        return found._within_calendar(local.date().isoformat())

    def _within_calendar(self, text: str) -> date:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise refusal(self.path, "must be a date of the calendar, such as 2026-02-28") from None
        if not EARLIEST <= day <= LATEST:
            raise refusal(self.path, f"must lie between the years {EARLIEST.year} and {LATEST.year}")
        return day

    def _named(self, name: str) -> list[Any]:
        """The children of a local name in this element's own namespace; others are a bank's supplements."""
        if self._children is None:
            namespace = self.node.tag.rpartition("}")[0]
            children: dict[str, list[Any]] = {}
            for child in self.node:
                space, _, local = child.tag.rpartition("}")
                if space == namespace:
                    children.setdefault(local, []).append(child)
            self._children = children
        return self._children.get(name, [])
