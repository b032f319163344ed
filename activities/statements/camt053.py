"""Reads bank statements of ISO 20022, camt.053 in its versions 02 and 08 (message definition BankToCustomerStatement).

A statement is read whole or refused whole, with one sentence that names the element. Nothing outside of the file is
ever read: no document type, no entity, no address.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from lxml import etree

from activities.safe_xml import DocumentType, read_xml
from activities.statements.balances import EntrySum, require_agreement
from activities.statements.elements import Element, refusal
from schemas.statement import MAXIMUM_ACCOUNT, Direction, Statement, StatementLine

MAXIMUM_BYTES = 20 * 1024 * 1024
NAMESPACES = tuple(f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}" for version in ("02", "08"))
DIRECTIONS: dict[str, Direction] = {"CRDT": "credit", "DBIT": "debit"}
BOOKED = "BOOK"
STATUSES = (BOOKED, "PDNG", "INFO", "FUTR")
NO_REFERENCES = frozenset({"NOTPROVIDED", "NONREF"})
"""What banks write where there is no reference."""

NO_SINGLE_AMOUNTS = "the bank gives one sum for several payments and not what each of them is"
NOT_THEIR_SUM = "the bank booked another sum than that of the payments in it, as where it takes its charges off"
PAYER_ACCOUNT = "the account it came from has a number longer than any account's"


def read_statements(raw: bytes) -> tuple[Statement, ...]:
    """Every statement of a file. Raises Refused naming the first element that is not as it should be."""
    document = _document(raw)
    message = document.need("BkToCstmrStmt")
    found = tuple(_statement(each) for each in message.many("Stmt"))
    if not found:
        raise refusal(f"{message.path}/Stmt", "is missing; a file brings at least one statement")
    return found


def require_come(statements: Sequence[Statement], today: date) -> None:
    """Raises Refused for a statement that tells of days after `today`: nobody would be asked for a newer one."""
    for position, each in enumerate(statements, start=1):
        if each.reaches_to > today:
            raise refusal(
                f"Document/BkToCstmrStmt/Stmt[{position}]",
                f"reaches to {each.reaches_to}, and today is {today}; a statement tells of days that have come",
            )


def _document(raw: bytes) -> Element:
    if len(raw) > MAXIMUM_BYTES:
        raise refusal("file", f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB, the most that is read")
    text = raw.removeprefix(codecs.BOM_UTF8)
    try:
        text.decode()
    except UnicodeDecodeError:
        raise refusal("file", "is not UTF-8 text; a camt.053 statement is XML in UTF-8") from None
    try:
        # Whatever the file itself says of its encoding, it is read as what was checked.
        root = read_xml(text, encoding="utf-8")
    except DocumentType:
        raise refusal("file", "holds a document type or an entity; a bank's statement has neither") from None
    except etree.XMLSyntaxError as error:
        raise refusal("file", f"is not well-formed XML (line {error.lineno}); it may have been cut short") from None
    name = etree.QName(root)
    if name.localname != "Document" or name.namespace not in NAMESPACES:
        known = " or ".join(namespace.rpartition(":")[2] for namespace in NAMESPACES)
        raise refusal("Document", f"must be a statement of {known}, in the namespace of that version")
    return Element(root, "Document")


def _statement(statement: Element) -> Statement:
    account = statement.need("Acct")
    identity = account.need("Id")
    number = identity.word("IBAN") or identity.need("Othr").needed_word("Id")
    lines: list[StatementLine] = []
    sums: list[EntrySum] = []
    for entry in statement.many("Ntry"):
        is_booked = _is_booked(entry)
        if is_booked:
            lines += _lines(entry)
        sums.append(EntrySum(*entry.need("Amt").money(), _direction(entry), is_booked))
    require_agreement(statement, sums, _direction)
    return Statement(
        id=statement.needed_word("Id", most=140),
        account=account.checked_account(number),
        currency=account.currency("Ccy"),
        reaches_to=_reaches_to(statement, lines),
        lines=tuple(lines),
        pending=sum(not one.is_booked for one in sums),
    )


def _reaches_to(statement: Element, lines: list[StatementLine]) -> date:
    """The day of the closing balance, else the end of the period; a bank that says neither is taken at its lines."""
    for balance in statement.many("Bal"):
        kind = balance.one("Tp", "CdOrPrtry")
        if kind is not None and kind.word("Cd") == "CLBD":
            return balance.need("Dt").date_or_time()
    period = statement.one("FrToDt")
    if period is not None:
        return period.needed_time("ToDtTm")
    if lines:
        return max(line.booked_on for line in lines)
    return statement.needed_time("CreDtTm")


def _is_booked(entry: Element) -> bool:
    """What is pending may still change, and comes again when it is booked."""
    status = entry.one("Sts")
    if status is None:
        return True
    code = status.word("Cd") or status.own_word()
    if code not in STATUSES:
        raise refusal(
            f"{entry.path}/Sts", f"must be one of {', '.join(STATUSES)}: else money that came may be passed over"
        )
    return code == BOOKED


def _lines(entry: Element) -> list[StatementLine]:
    """The entry's payments: one, or as many as the bank lists in it."""
    amount, currency = entry.need("Amt").money()
    whole = StatementLine(
        amount=amount,
        currency=currency,
        direction=_direction(entry),
        reversal=entry.yes_no("RvslInd"),
        booked_on=_booked_on(entry),
        value_on=_day(entry, "ValDt") or _booked_on(entry),
        entry_reference=_given(entry.word("AcctSvcrRef")),
        bank_reference=_given(entry.word("AcctSvcrRef")),
        remittance=entry.text("AddtlNtryInf"),
    )
    details = [detail for group in entry.many("NtryDtls") for detail in group.many("TxDtls")]
    if not details:
        return [whole]
    if len(details) == 1:
        reference = whole.bank_reference or _given(details[0].word("Refs", "AcctSvcrRef"))
        return [_detailed(whole, details[0], whole.amount, whole.direction, reference)]
    return _batch(whole, details)


def _batch(whole: StatementLine, details: list[Element]) -> list[StatementLine]:
    amounts = [_amount_in(detail, whole.currency) for detail in details]
    if any(amount is None for amount in amounts):
        return [whole.model_copy(update={"fault": NO_SINGLE_AMOUNTS})]
    directions = [_direction(detail) if detail.one("CdtDbtInd") else whole.direction for detail in details]
    signed = (
        (amount or Decimal(0)) * (1 if direction == whole.direction else -1)
        for amount, direction in zip(amounts, directions, strict=True)
    )
    if sum(signed) != whole.amount:
        return [whole.model_copy(update={"fault": NOT_THEIR_SUM})]
    # A reference that several payments share names none of them.
    references = [_given(detail.word("Refs", "AcctSvcrRef")) for detail in details]
    own = references if len(set(references)) == len(references) else [None] * len(references)
    return [
        _detailed(whole, detail, amount or Decimal(0), direction, reference)
        for detail, amount, direction, reference in zip(details, amounts, directions, own, strict=True)
    ]


def _detailed(
    whole: StatementLine, detail: Element, amount: Decimal, direction: Direction, reference: str | None
) -> StatementLine:
    """One payment of an entry, with what the bank passed on about it."""
    references = detail.one("Refs")
    payer = _party(detail, "Dbtr") or _party(detail, "UltmtDbtr")
    account = _account_number(detail.one("RltdPties", "DbtrAcct", "Id"))
    is_account = account is None or len(account) <= MAXIMUM_ACCOUNT
    return whole.model_copy(
        update={
            "amount": amount,
            "direction": direction,
            # Some banks tell of a return in the payment alone.
            "reversal": whole.reversal or detail.one("RtrInf") is not None,
            "bank_reference": reference,
            "end_to_end_id": _given(references.text("EndToEndId", most=140)) if references else None,
            "transaction_id": _given(references.word("TxId")) if references else None,
            "creditor_references": tuple(_structured(detail, "CdtrRefInf", "Ref")),
            "document_numbers": tuple(_structured(detail, "RfrdDocInf", "Nb")),
            "remittance": _remittance(detail) or whole.remittance,
            "payer_name": payer.text("Nm", most=140) if payer else None,
            "payer_account": account if is_account else None,
            "payer_registration_numbers": tuple(_registration_numbers(payer)) if payer else (),
            "fault": whole.fault if is_account else PAYER_ACCOUNT,
        }
    )


def _given(reference: str | None) -> str | None:
    return None if reference is None or reference.upper().replace(" ", "") in NO_REFERENCES else reference


def _party(detail: Element, role: str) -> Element | None:
    """Version 08 puts a party one level deeper than 02."""
    party = detail.one("RltdPties", role)
    return (party.one("Pty") or party) if party is not None else None


def _account_number(account: Element | None) -> str | None:
    """An IBAN, or what another country's bank calls the account: any text."""
    if account is None:
        return None
    other = account.one("Othr")
    number = account.text("IBAN") or (other.text("Id") if other else None)
    return number.replace(" ", "") if number else None


def _registration_numbers(payer: Element) -> Iterator[str]:
    """Every number that the bank knows a company by; one of them may be its registration number."""
    organisation = payer.one("Id", "OrgId")
    for other in organisation.many("Othr") if organisation else ():
        number = other.text("Id", most=140)
        if number:
            yield number


def _structured(detail: Element, section: str, name: str) -> Iterator[str]:
    for information in detail.many("RmtInf"):
        for structured in information.many("Strd"):
            for each in structured.many(section):
                word = each.word(name)
                if word:
                    yield word


def _remittance(detail: Element) -> str | None:
    """What the payer wrote, in as many pieces as the bank made of it."""
    pieces: list[str | None] = []
    for information in detail.many("RmtInf"):
        pieces += [each.own_text() for each in information.many("Ustrd")]
        for structured in information.many("Strd"):
            pieces += [each.own_text() for each in structured.many("AddtlRmtInf")]
    written = " ".join(piece for piece in pieces if piece)
    return written[:2000].strip() or detail.text("AddtlTxInf")


def _amount_in(detail: Element, currency: str) -> Decimal | None:
    """What one of several payments is, in the account's currency; None where the bank does not say."""
    candidates = [detail.one("Amt")]
    candidates += [detail.one("AmtDtls", kind, "Amt") for kind in ("TxAmt", "CntrValAmt", "InstdAmt")]
    for candidate in candidates:
        if candidate is not None:
            amount, in_currency = candidate.money()
            if in_currency == currency:
                return amount
    return None


def _direction(element: Element) -> Direction:
    indicator = element.needed_word("CdtDbtInd")
    if indicator not in DIRECTIONS:
        raise refusal(f"{element.path}/CdtDbtInd", "must be CRDT or DBIT")
    return DIRECTIONS[indicator]


def _booked_on(entry: Element) -> date:
    day = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if day is None:
        raise refusal(f"{entry.path}/BookgDt", "is missing; it should be the day the bank booked the entry")
    return day


def _day(element: Element, name: str) -> date | None:
    found = element.one(name)
    return found.date_or_time() if found is not None else None
