"""Whose payment a statement's line is: by RF reference, then invoice number, then payer and amount (IT-20)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from stdnum import iso11649

from schemas.statement import EURO, LineStatus, MatchedBy, StatementLine
from terms.references import PREFIX

MOST_TOKENS = 10
"""An RF reference is printed in up to seven groups; an invoice number has a few dashes."""
LONGEST_NUMBER = 80
MOST_NAMED = 5
"""So many contracts are named in a reason."""

# Without what stands between them: a series, the year and at least six digits; a contract's number and that of its bill
# of late interest; an invoice's and that of its credit note.
_NUMBER = re.compile(r"[A-Z0-9]{1,70}([0-9]{10}|NP[0-9]{1,4}|[0-9]{10}K[0-9]{1,4})")
_TOKEN = re.compile(r"[^\W_]+")
_GLUED = ("", "NR", "NO", "REKNR", "RNR", "INV")
"""What people write before a number without a space."""
_LEGAL_FORMS = frozenset({"SIA", "AS", "IK", "PS", "KS", "OU", "UAB", "LTD", "GMBH"})

OUTGOING = "money that left the account"
NOTHING_BOOKED = "an entry of 0.00"
OTHER_CURRENCY = "it is in {currency}; book what the bank credits in EUR"
NO_MATCH = "it names no invoice, and no customer of this name or account has exactly this sum open"
SEVERAL = "{rule} leads to several contracts: {contracts}"
MORE = " and {count} more"
CLOSED = "it is for {contract}, which is closed"
INCOMING_REVERSAL = "the bank took back a payment of ours; it is no customer's payment"


@dataclass(frozen=True, kw_only=True)
class Named:
    """The invoices that a line may name, by their compact numbers, as creditor references and otherwise."""

    as_references: frozenset[str] = frozenset()
    as_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A contract with something open, and by what its payer is known (see `payer_marks`)."""

    contract: str
    open_amounts: frozenset[Decimal]
    payer: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is on record that lines are held against.

    `invoices` leads from compact numbers to contracts. `candidates` have an invoice, or all they owe, of an amount
    that a line has. `closed` contracts take no more payments.
    """

    invoices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    candidates: Mapping[Decimal, tuple[Candidate, ...]] = field(default_factory=dict)
    closed: Collection[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a line is: a payment on `contract`, or what else, with the `reason`; `candidates` are those it may be of."""

    status: LineStatus
    contract: str | None = None
    candidates: tuple[str, ...] = ()
    by: MatchedBy | None = None
    reason: str | None = None


def compact(number: str) -> str:
    """A number without what stands between its letters and digits, as in its RF reference."""
    return "".join(sign for sign in number.upper() if sign.isascii() and sign.isalnum())


def decide(line: StatementLine, named: Named, payer: Collection[str], known: Known) -> Decision:
    """What a line that takes nothing back is; `payer` is what it tells of who paid."""
    if line.direction == "debit":
        return Decision(status="ignored", reason=OUTGOING)
    if not line.amount:
        return Decision(status="ignored", reason=NOTHING_BOOKED)
    if line.reversal:
        return Decision(status="parked", reason=INCOMING_REVERSAL)
    if line.currency != EURO:
        return Decision(status="parked", reason=OTHER_CURRENCY.format(currency=line.currency))
    if line.fault is not None:
        return Decision(status="parked", reason=line.fault)
    return (
        _only("creditor_reference", _of_invoices(named.as_references, known), known)
        or _only("invoice_number", _of_invoices(named.as_numbers, known), known)
        or _only("payer", _of_payer(line.amount, payer, known), known)
        or Decision(status="parked", reason=NO_MATCH)
    )


def named_in(line: StatementLine) -> Named:
    """Every invoice that the line could name, wherever in it."""
    texts = [*line.creditor_references, *line.document_numbers, line.remittance, line.end_to_end_id]
    words = {word for text in texts if text for word in _words(text)}
    return Named(
        as_references=frozenset(word[4:] for word in words if word.startswith(PREFIX) and iso11649.is_valid(word)),
        as_numbers=frozenset(word.removeprefix(glued) for word in words for glued in _GLUED if word.startswith(glued)),
    )


def payer_marks(name: str | None, registration_numbers: tuple[str, ...], accounts: Iterable[str]) -> frozenset[str]:
    """By what a payer is known: the name as banks write it, registration numbers, hashes of accounts."""
    marks = {f"account:{account}" for account in accounts}
    marks |= {f"registration:{number}" for number in registration_numbers}
    plain = plain_name(name or "")
    if plain:
        marks.add(f"name:{plain}")
    return frozenset(marks)


def plain_name(name: str) -> str:
    """A company's name whoever writes it: without accents, quotes, legal form and order of words."""
    letters = "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
    words = [word for word in _TOKEN.findall(letters.upper()) if word not in _LEGAL_FORMS]
    return " ".join(sorted(words))


def _words(text: str) -> Iterator[str]:
    """What could be a number: whole words, and words put together that spaces or dashes part."""
    tokens = _TOKEN.findall(text.upper())
    for start in range(len(tokens)):
        word = ""
        for token in tokens[start : start + MOST_TOKENS]:
            word += token
            if len(word) > LONGEST_NUMBER or not token.isascii():
                break
            if _NUMBER.fullmatch(word) or word.startswith(PREFIX):
                yield word


def _of_invoices(numbers: Iterable[str], known: Known) -> frozenset[str]:
    return frozenset(contract for number in numbers for contract in known.invoices.get(number, ()))


def _of_payer(amount: Decimal, payer: Collection[str], known: Known) -> frozenset[str]:
    """Contracts of a payer with exactly this much open: on one invoice, or in all."""
    return frozenset(
        candidate.contract
        for candidate in known.candidates.get(amount, ())
        if amount in candidate.open_amounts and not candidate.payer.isdisjoint(payer)
    )


def _only(by: MatchedBy, contracts: frozenset[str], known: Known) -> Decision | None:
    """The one contract a rule leads to; None where it leads to none and the next rule is asked."""
    if not contracts:
        return None
    if len(contracts) > 1:
        every = tuple(sorted(contracts))
        shown = ", ".join(every[:MOST_NAMED]) + (
            MORE.format(count=more) if (more := len(every) - MOST_NAMED) > 0 else ""
        )
        reason = SEVERAL.format(rule=_RULES[by], contracts=shown)
        return Decision(status="parked", candidates=every, reason=reason)
    (contract,) = contracts
    if contract in known.closed:
        return Decision(status="parked", contract=contract, reason=CLOSED.format(contract=contract))
    return Decision(status="matched", contract=contract, by=by)


_RULES = {
    "creditor_reference": "the creditor reference",
    "invoice_number": "what the payer wrote",
    "payer": "the payer with this sum open",
}


@dataclass(frozen=True, kw_only=True)
class Original:
    """A line on record that a reversal may take back."""

    line: int
    status: LineStatus
    contract: str | None


def decide_reversal(originals: Collection[Original]) -> tuple[Decision, int | None]:
    """What a line that takes a credit back is, and which line it takes back.

    `originals` are the lines of the same account and amount that bear one of its references and are not taken back.
    """
    if len(originals) != 1:
        found = "no line" if not originals else "several lines"
        return Decision(status="parked", reason=f"the bank takes a payment back, and {found} could be the one"), None
    (original,) = originals
    if original.status in ("matched", "booked"):
        return Decision(status="matched", contract=original.contract, by="reversal"), original.line
    return Decision(status="ignored", reason="it takes back a line that was not booked"), original.line
