"""The working of every figure: what a person types into a calculator gives what stands there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from schemas.charges import DateRange, GrantedCredit, LatePayment, Visit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs, InterestInputs
from schemas.it_support import ItSupportContent
from schemas.proof import LineProof, shown
from terms.liability import liability_cap
from terms.proof import due_proof, explains, line_proofs, recomputed, sum_proofs

MARCH = DateRange(from_=date(2026, 3, 17), to=date(2026, 3, 31))


def version(effective_on: date = date(2026, 2, 10), users: int = 14) -> ContentVersion:
    content = ItSupportContent(
        plan="Standarta",
        users=users,
        price_per_user=Decimal("12.50"),
        onsite_hourly_rate=Decimal("45.00"),
        included_onsite_minutes=60,
        setup_fee=Decimal("250.00"),
    )
    return ContentVersion(service="it_support", effective_on=effective_on, content=content)


FIRST = ChargeInputs(
    service="it_support",
    language="en",
    period=MARCH,
    service_from=MARCH.from_,
    is_first=True,
    versions=(version(),),
    visits=(
        Visit(id="1", on=date(2026, 3, 20), minutes_on_site=95, minutes_travel=40, in_riga=False),
        Visit(id="2", on=date(2026, 3, 25), minutes_on_site=10, minutes_travel=30, in_riga=True),
    ),
    credits=(
        GrantedCredit(id="1", from_=date(2026, 3, 20), to=date(2026, 3, 21)),
        GrantedCredit(id="2", from_=date(2026, 3, 17), to=date(2026, 3, 31), amount=Decimal("5.00")),
    ),
)


def worked(proof: LineProof) -> tuple[tuple[str, ...], str, str, str]:
    return proof.steps, proof.unrounded, proof.rounding, f"{proof.net:.2f}"


@pytest.mark.clause("IT-19", "IT-20", "IT-P2.visits", "IT-P2.setup")
def test_every_kind_of_line_shows_its_working() -> None:
    setup, fee, one, other, days, agreed = line_proofs(FIRST)
    assert worked(setup) == (("1 × 250.00",), "250.00", "none, exact", "250.00")
    # 14 × 12.50 × 15 ÷ 31 = 2625 ÷ 31 = 84.67741935...
    assert worked(fee) == (("14 × 12.50 × 15 ÷ 31",), "84.677419…", "half-up to the cent", "84.68")
    assert (fee.days, fee.days_in_month, fee.rate) == (15, 31, "12.50")
    assert worked(one) == (
        (
            "95 min on site, 40 min travel outside Riga: 135 min",
            "60 min of them were left of the included ones: 75 min beyond",
            "rounded up to 15 min: 75 min ÷ 60 = 1.25 h",
            "1.25 × 45.00",
        ),
        "56.25",
        "none, exact",
        "56.25",
    )
    assert other.steps[0] == "10 min on site, in Riga, travel does not count: 10 min"
    assert worked(other)[1:] == ("11.25", "none, exact", "11.25")
    # 14 × 12.50 × 2 ÷ 31 = 350 ÷ 31 = 11.29032258...
    assert worked(days) == (("-14 × 12.50 × 2 ÷ 31",), "-11.290322…", "half-up to the cent", "-11.29")
    # 84.68 less the 11.29 credited before.
    assert worked(agreed) == (
        ("the days cost 84.68, 73.39 of it not credited yet; 5.00 agreed", "-1 × 5.00"),
        "-5.00",
        "none, exact",
        "-5.00",
    )


@pytest.mark.clause("IT-19")
def test_each_line_says_which_days_it_is_for() -> None:
    assert [(f"{each.from_}", f"{each.to}") for each in line_proofs(FIRST)] == [
        ("2026-03-17", "2026-03-17"),
        ("2026-03-17", "2026-03-31"),
        ("2026-03-20", "2026-03-20"),
        ("2026-03-25", "2026-03-25"),
        ("2026-03-20", "2026-03-21"),
        ("2026-03-17", "2026-03-31"),
    ]


@pytest.mark.clause("IT-20", "IT-P1.special")
@pytest.mark.parametrize(
    ("sent_on", "due_on", "working"),
    [
        (None, None, "14 days from when it is sent"),
        # 28 April and 14 days: 2 are left of April, 12 May.
        (date(2026, 4, 28), date(2026, 5, 12), "sent on 2026-04-28 + 14 days"),
        (date(2026, 4, 28), date(2026, 5, 20), "sent on 2026-04-28 + 14 days = 2026-05-12, extended to 2026-05-20"),
    ],
)
def test_the_due_date_shows_what_it_counts_from(sent_on: date | None, due_on: date | None, working: str) -> None:
    proof = due_proof(14, sent_on=sent_on, due_on=due_on)
    assert (proof.sent_on, proof.due_on, proof.working) == (sent_on, due_on, working)


@pytest.mark.clause("IT-19", "IT-20")
def test_the_sums_show_theirs() -> None:
    # 250.00 + 84.68 + 56.25 + 11.25 - 11.29 - 5.00 = 385.89; 21 % of it 81.0369.
    net, vat, total = sum_proofs(FIRST)
    assert net.working == "250.00 + 84.68 + 56.25 + 11.25 + (-11.29) + (-5.00)"
    assert (net.amount, vat.working, vat.unrounded, vat.amount) == (
        Decimal("385.89"),
        "385.89 × 21 ÷ 100",
        "81.0369",
        Decimal("81.04"),
    )
    assert (total.working, total.amount) == ("385.89 + 81.04", Decimal("466.93"))


@pytest.mark.clause("IT-23")
def test_a_credit_note_says_what_limits_it() -> None:
    inputs = CreditInputs(
        service="it_support",
        language="en",
        period=MARCH,
        versions=(version(),),
        credits=(
            GrantedCredit(id="1", from_=date(2026, 3, 20), to=date(2026, 3, 21)),
            GrantedCredit(id="2", from_=date(2026, 3, 21), to=date(2026, 3, 21)),
            GrantedCredit(id="3", from_=date(2026, 3, 21), to=date(2026, 3, 22)),
        ),
    )
    (line,) = line_proofs(inputs)
    # 20 to 22 March cost 525 ÷ 31 = 16.94, of which 11.29 are credited: 5.65 are left.
    assert worked(line)[0] == ("the days cost 11.29, 5.65 of it not credited yet; the cost of the days", "1 × 5.65")


@pytest.mark.clause("IT-P2.visits")
def test_what_a_void_visit_gives_back_is_the_difference_of_what_was_charged() -> None:
    # 15 minutes are included, which visit 1 used up. Visit 2: 30 min, 0.50 x 45.01 = 22.505: 22.51. With visit 1 void
    # 15 min are left to charge: 0.25 x 45.01 = 11.2525: 11.25. 11.26 come back, and not 0.25 x 45.01 = 11.25.
    content = ItSupportContent(
        plan="Standarta",
        users=1,
        price_per_user=Decimal("10.00"),
        onsite_hourly_rate=Decimal("45.01"),
        included_onsite_minutes=15,
    )
    billed = {"minutes_travel": 0, "in_riga": True, "billed": True}
    inputs = CreditInputs(
        service="it_support",
        language="en",
        period=MARCH,
        versions=(ContentVersion(service="it_support", effective_on=date(2026, 2, 10), content=content),),
        visits=(
            Visit(id="1", on=date(2026, 3, 18), minutes_on_site=15, **billed),
            Visit(id="2", on=date(2026, 3, 19), minutes_on_site=30, **billed),
        ),
        void_visit="1",
        visits_of_the_invoice=("2",),
    )
    (line,) = line_proofs(inputs)
    assert worked(line) == (
        (
            "30 min were charged, 15 min are with visit 1 void",
            "0.50 × 45.01 is 22.51, half-up to the cent",
            "0.25 × 45.01 is 11.25, half-up to the cent",
            "22.51 - 11.25",
        ),
        "11.26",
        "none, exact",
        "11.26",
    )


@pytest.mark.clause("IT-22")
def test_interest_shows_its_days_and_is_outside_vat() -> None:
    late = LatePayment(
        invoice="BB-2026-000001",
        amount=Decimal("150.04"),
        due_on=date(2026, 5, 15),
        paid_on=date(2026, 5, 27),
        percent=Decimal("10.00"),
    )
    inputs = InterestInputs(language="lv", payments=(late,))
    (line,) = line_proofs(inputs)
    assert (line.from_, line.to) == (date(2026, 5, 16), date(2026, 5, 27))
    assert worked(line) == (
        (
            "150.04 due 2026-05-15, paid 2026-05-27: 12 days from 2026-05-15",
            "10.00 % a year by the contract; the statutory rate would be 10.15 %",
            "150.04 × 10.00 ÷ 100 × 12 ÷ 365",
        ),
        "0.493282…",
        "half-up to the cent",
        "0.49",
    )
    assert [(one.what, one.amount) for one in sum_proofs(inputs)] == [
        ("net", Decimal("0.49")),
        ("vat", Decimal("0.00")),
        ("total", Decimal("0.49")),
    ]


@pytest.mark.clause("IT-22")
@pytest.mark.parametrize(
    ("amount", "days", "percent", "at_most", "figures"),
    [
        # 202.96 x 10 x 35 / 36500 = 1.9462: 1.95; the documents before leave 1.94 of it.
        ("202.96", 35, "10.00", "1.94", ("1.946191…", "half-up to the cent, at most 1.94", "1.94")),
        # They leave more than the days cost: that limits nothing.
        ("202.96", 35, "10.00", "1.96", ("1.946191…", "half-up to the cent", "1.95")),
        # 10.00 x 100 x 800 / 36500 = 21.9178: more than was owed.
        ("10.00", 800, "100.00", None, ("21.917808…", "half-up to the cent, at most what was owed", "10.00")),
        # What was owed is more than the documents before leave.
        ("10.00", 800, "100.00", "9.00", ("21.917808…", "half-up to the cent, at most 9.00", "9.00")),
    ],
)
def test_interest_says_what_limits_it(
    amount: str, days: int, percent: str, at_most: str | None, figures: tuple[str, str, str]
) -> None:
    late = LatePayment(
        invoice="BB-2026-000001",
        amount=Decimal(amount),
        due_on=date(2026, 4, 15),
        paid_on=date(2026, 4, 15) + timedelta(days=days),
        percent=Decimal(percent),
        at_most=None if at_most is None else Decimal(at_most),
    )
    (line,) = line_proofs(InterestInputs(language="lv", payments=(late,)))
    (*_, last), *worked_out = worked(line)
    assert tuple(worked_out) == figures
    limit = f"at most {at_most}: the documents before leave no more for these days"
    assert (limit == last) == (at_most == figures[-1])


def test_what_was_changed_since_is_not_as_issued() -> None:
    lines, made = recomputed(FIRST)
    assert explains(FIRST, lines=lines, issued=made)
    assert not explains(FIRST, lines=lines[1:], issued=made)
    assert not explains(FIRST, lines=lines, issued=made.model_copy(update={"vat": made.vat + 1}))


@pytest.mark.parametrize(
    ("value", "text"),
    [("84.68", "84.68"), ("12", "12.00"), ("0.5", "0.50"), ("81.0369", "81.0369"), ("1.0000001", "1.000000…")],
)
def test_an_exact_value_is_shown_whole_and_another_cut(value: str, text: str) -> None:
    assert shown(Decimal(value)) == text
    assert shown(-Decimal(value)) == f"-{text}"


@pytest.mark.clause("IT-39")
def test_the_liability_cap_is_twelve_monthly_fees_of_the_day() -> None:
    # 12 × 14 × 12.50 = 2100.00; from 15 June with 12 users 12 × 12 × 12.50 = 1800.00.
    versions = [version(), version(date(2026, 6, 15), users=12)]
    assert liability_cap(versions, on=date(2026, 6, 14)) == Decimal("2100.00")
    assert liability_cap(versions, on=date(2026, 6, 15)) == Decimal("1800.00")
    with pytest.raises(ValueError, match="no content is in force"):
        liability_cap(versions, on=date(2026, 2, 9))
