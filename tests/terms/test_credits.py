"""Credits for support not given: what days cost and never more, however many credits touch them (IT-23)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import DateRange, GrantedCredit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, InvoiceLine, InvoiceSums
from schemas.it_support import ItSupportContent
from terms.invoicing import sums
from terms.it_support import charge_lines, credit_note_lines, fee_lines
from terms.proof import recomputed

MAY = DateRange(from_=date(2026, 5, 1), to=date(2026, 5, 31))


def version(effective_on: date, users: int) -> ContentVersion:
    content = ItSupportContent(plan="Standarta", users=users, price_per_user=Decimal("12.50"))
    return ContentVersion(service="it_support", effective_on=effective_on, content=content)


FOURTEEN = version(date(2026, 2, 10), 14)


def credit(first: int, last: int, amount: str | None = None) -> GrantedCredit:
    agreed = None if amount is None else Decimal(amount)
    return GrantedCredit(id="1", from_=date(2026, 5, first), to=date(2026, 5, last), amount=agreed)


def noted(
    *credits: GrantedCredit, versions: tuple[ContentVersion, ...] = (FOURTEEN,), unbilled: tuple[DateRange, ...] = ()
) -> list[tuple[int | Decimal, str, int, int, str]]:
    """The lines of the credit note for the last of the credits."""
    inputs = CreditInputs(
        service="it_support", language="lv", period=MAY, versions=versions, unbilled=unbilled, credits=credits
    )
    return [plain(line) for line in credit_note_lines(inputs)]


def plain(line: InvoiceLine) -> tuple[int | Decimal, str, int, int, str]:
    assert line.kind == "credit"
    return line.quantity, f"{line.unit_price:.2f}", line.from_.day, line.to.day, f"{line.net:.2f}"


@pytest.mark.clause("IT-23")
def test_days_are_credited_at_what_they_cost() -> None:
    # 14 x 12.50 x 3 / 31 = 525 / 31 = 16.935...
    assert noted(credit(4, 6)) == [(14, "12.50", 4, 6, "16.94")]
    assert noted(credit(1, 31)) == [(14, "12.50", 1, 31, "175.00")]


@pytest.mark.clause("IT-23", "IT-27")
def test_days_of_two_contents_are_two_lines() -> None:
    # 175 x 2 / 31 = 11.290..., 150 x 1 / 31 = 4.838...
    versions = (FOURTEEN, version(date(2026, 5, 6), 12))
    assert noted(credit(4, 6), versions=versions) == [(14, "12.50", 4, 5, "11.29"), (12, "12.50", 6, 6, "4.84")]


@pytest.mark.clause("IT-23")
def test_an_agreed_amount_is_one_piece_and_at_most_what_the_days_cost() -> None:
    assert noted(credit(1, 31, "20.00")) == [(1, "20.00", 1, 31, "20.00")]
    assert noted(credit(4, 6, "20.00")) == [(1, "16.94", 4, 6, "16.94")]


@pytest.mark.clause("IT-23")
def test_the_same_days_are_credited_once() -> None:
    assert noted(credit(4, 6), credit(4, 6)) == []
    # 4 to 7 May cost 700 / 31 = 22.58 of which 16.94 are credited: 5.64 are left, not 175 x 1 / 31 = 5.65.
    assert noted(credit(4, 6), credit(6, 7)) == [(1, "5.64", 6, 7, "5.64")]
    # 10.00 for the month leaves 165.00, so that three days of it can still be credited, once.
    assert noted(credit(1, 31, "10.00"), credit(4, 6)) == [(14, "12.50", 4, 6, "16.94")]
    assert noted(credit(1, 31, "10.00"), credit(4, 6), credit(4, 6)) == []
    # Three days and 160.00 more are 176.94: 175.00 - 16.94 = 158.06 are left.
    assert noted(credit(4, 6), credit(1, 31, "160.00")) == [(1, "158.06", 1, 31, "158.06")]


@pytest.mark.clause("IT-23", "IT-42")
def test_days_that_were_not_billed_are_not_credited() -> None:
    gap = DateRange(from_=date(2026, 5, 5), to=date(2026, 5, 6))
    assert noted(credit(4, 6), unbilled=(gap,)) == [(14, "12.50", 4, 4, "5.65")]  # 175 / 31 = 5.645...
    assert noted(credit(5, 6), unbilled=(gap,)) == []


@pytest.mark.clause("IT-19", "IT-23")
def test_days_not_billed_yet_are_a_negative_line_of_their_months_invoice() -> None:
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=MAY,
        service_from=date(2026, 3, 17),
        is_first=False,
        versions=(FOURTEEN,),
        credits=(credit(4, 6), credit(1, 31, "20.00")),
    )
    fee, *given_back = charge_lines(inputs)
    assert [plain(line) for line in given_back] == [(-14, "12.50", 4, 6, "-16.94"), (-1, "20.00", 1, 31, "-20.00")]
    # 175.00 - 16.94 - 20.00 = 138.06; 21 % of it 28.9926.
    made = sums((fee, *given_back))
    assert (made.net, made.vat, made.total) == (Decimal("138.06"), Decimal("28.99"), Decimal("167.05"))


@st.composite
def credits_of_may(draw: st.DrawFn) -> list[GrantedCredit]:
    granted = []
    for _ in range(draw(st.integers(0, 6))):
        first, last = sorted((draw(st.integers(1, 31)), draw(st.integers(1, 31))))
        cents = draw(st.none() | st.integers(1, 20_000))
        granted.append(credit(first, last, None if cents is None else f"{Decimal(cents) / 100:.2f}"))
    return granted


@given(credits_of_may(), st.integers(1, 31), st.integers(1, 31))
def test_no_run_of_days_has_more_credited_than_it_costs(granted: list[GrantedCredit], one: int, other: int) -> None:
    first, last = date(2026, 5, min(one, other)), date(2026, 5, max(one, other))
    versions = (FOURTEEN, version(date(2026, 5, 12), 9))
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=MAY,
        service_from=MAY.from_ - timedelta(days=45),
        is_first=False,
        versions=versions,
        credits=tuple(granted),
    )
    lines = [line for line in charge_lines(inputs) if line.kind == "credit"]
    assert all(line.net < 0 for line in lines)
    within = sum(-line.net for line in lines if first <= line.from_ and line.to <= last)
    cost = sum(
        line.net for line in fee_lines(versions, period=DateRange(from_=first, to=last), unbilled=(), language="lv")
    )
    # Lines of one credit are cut where the content changes, and each half may be rounded up.
    assert within <= cost + Decimal("0.01") * len(lines)
    assert sums(charge_lines(inputs)).net >= 0


def notes_of(granted: list[GrantedCredit], versions: tuple[ContentVersion, ...]) -> list[InvoiceSums]:
    """The sums of the credit notes to May's invoice, one for each credit that comes to anything."""
    notes: list[InvoiceSums] = []
    for position in range(1, len(granted) + 1):
        inputs = CreditInputs(
            service="it_support",
            language="lv",
            period=MAY,
            versions=versions,
            credits=tuple(granted[:position]),
            net_before=sum((note.net for note in notes), Decimal("0.00")),
            vat_before=sum((note.vat for note in notes), Decimal("0.00")),
        )
        lines, made = recomputed(inputs)
        if lines:
            notes.append(made)
    return notes


@pytest.mark.clause("IT-19", "IT-23")
def test_vat_given_back_in_pieces_is_the_vat_charged() -> None:
    # 10.00 a month and 2.10 VAT. Of 0.50 the VAT is 0.105: 0.11; of 1.00 it is 0.21, so that 0.10 are left for the
    # second half. Ten times 0.21 are 2.10.
    content = ItSupportContent(plan="Standarta", users=1, price_per_user=Decimal("10.00"))
    versions = (ContentVersion(service="it_support", effective_on=date(2026, 2, 10), content=content),)
    notes = notes_of([credit(1, 31, "0.50")] * 20, versions)
    assert [f"{note.vat:.2f}" for note in notes] == ["0.11", "0.10"] * 10
    assert sum(note.total for note in notes) == Decimal("12.10")


@given(credits_of_may())
def test_credit_notes_give_back_at_most_the_invoice(granted: list[GrantedCredit]) -> None:
    versions = (FOURTEEN, version(date(2026, 5, 12), 9))
    owed = sums(fee_lines(versions, period=MAY, unbilled=(), language="lv"))
    notes = notes_of(granted, versions)
    assert all(note.vat >= 0 and note.total == note.net + note.vat for note in notes)
    for name in ("net", "vat", "total"):
        assert sum(getattr(note, name) for note in notes) <= getattr(owed, name)
