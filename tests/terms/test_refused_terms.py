"""Whatever was credited before or after: a term that never came about costs nothing, and the others what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.books import DocumentRow, IssuedKind
from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.subscription import SubscriptionTerm
from terms.calendar import month_end
from terms.licence_credits import CreditedTerm, fee_credits
from terms.proof import line_proofs, recomputed
from terms.subscriptions import charges_of_month, term_fee
from terms.verification_licences import refused_faults
from tests.terms.subscribed import TERMS, a_term, credit_to, day, months_of, of_month, subscription_terms
from tests.terms.test_core_properties import is_the_same_again

NOTHING = Decimal("0.00")
BRIEF = settings(max_examples=12)
"""The longer lives of the campaigns hold the same."""
LEAVING = a_term("2026-04-17", "year", (3, "12.35", "2026-04-17"), left=((3, "2026-04-20"),))
"""37.05 a month, 444.60 a year: 14 of April's 30 days are 17.29, and 427.31 the rest."""
MONTHLY = a_term("2026-04-10", "month", (5, "6.00", "2026-04-10"))
"""21 of April's 30 days: 21.00."""


def refusal(term: SubscriptionTerm, month: date) -> GrantedCredit:
    charged = tuple(charges_of_month(term, month))
    first, last = charged[0].days.from_, charged[-1].days.to
    return GrantedCredit(id="9", from_=first, to=last, term=term.named)


def charged(inputs: ChargeInputs, *terms: SubscriptionTerm) -> Decimal:
    """What an invoice charges for these terms, fees and rests."""
    month = inputs.period.from_
    return sum((charge.net for term in terms for charge in charges_of_month(term, month)), NOTHING)


@pytest.mark.clause("M365-20", "M365-24", "M365-48.1")
def test_a_credit_note_shows_what_was_charged_and_what_was_credited_before() -> None:
    april = of_month("2026-04", LEAVING, MONTHLY, language="lv")
    # 18 to 20 April: 37.05 x 3 / 30 = 3.705, so 3.71, and 3.00. 5.00 agreed for April are as much without the term.
    of_days = GrantedCredit(id="1", from_=day("2026-04-18"), to=day("2026-04-20"))
    agreed = GrantedCredit(id="2", from_=day("2026-04-01"), to=day("2026-04-30"), amount="5.00")
    note = credit_to(april, of_days, agreed, refusal(LEAVING, day("2026-04-01")))
    (line,), made = recomputed(note)
    assert line.text == "Pārrēķins par nepagarinātu Abonementu, Business Premium, abonēšanas periods “gads”"
    assert (line.kind, line.quantity, line.from_, line.to) == ("credit", 1, day("2026-04-17"), day("2027-04-16"))
    # 17.29 + 427.31 - 3.71; 21 % of 440.89 are 92.5869.
    assert (line.net, made.net, made.vat) == (Decimal("440.89"), Decimal("440.89"), Decimal("92.59"))
    (proof,) = line_proofs(note)
    assert proof.steps == (
        "2026-04-17 - 2026-04-30 was charged 3 × 12.35 × 14 ÷ 30 = 17.29, half-up to the cent",
        "3 × 12.35 × 12 = 444.60, their price for the term",
        "2026-04-17 - 2026-04-30: 3 × 12.35 × 14 ÷ 30 is 17.29, half-up to the cent",
        "2026-05-01 - 2027-04-16 was charged 444.60 - 17.29 = 427.31",
        "6.71 of 2026-04-18 - 2026-04-20 is credited; without this term the days cost 3.00, 3.00 of it not credited"
        " yet; the cost of the days: 6.71 - 3.00 = 3.71",
        "17.29 + 427.31 - 3.71",
    )
    assert (proof.unrounded, proof.rounding) == ("440.89", "none, exact")


@pytest.mark.clause("M365-20", "M365-48.1")
def test_an_agreed_amount_is_of_a_term_only_as_far_as_the_other_terms_have_not_cost_as_much() -> None:
    # All days of the term are credited, 17.29 and 14.00 of the others; then 7.00 agreed for April, whose rest is 7.00.
    april = of_month("2026-04", LEAVING, MONTHLY)
    its_days = GrantedCredit(id="1", from_=day("2026-04-17"), to=day("2026-04-30"))
    seven, thirty = (
        GrantedCredit(id="2", from_=day("2026-04-01"), to=day("2026-04-30"), amount=Decimal(amount))
        for amount in ("7.00", "30.00")
    )
    refused = refusal(LEAVING, day("2026-04-01"))
    assert nets(april, its_days, seven, refused) == ["31.29", "7.00", "427.31"]
    # April is 17.29 + 21.00. Of 30.00 the others alone would have had 21.00, and 9.00 are the term's: 444.60 - 9.00.
    assert nets(april, thirty, refused) == ["30.00", "435.60"]
    assert nets(april, refused, thirty) == ["444.60", "21.00"]
    (proof,) = line_proofs(credit_to(april, thirty, refused))
    assert proof.steps[-2:] == (
        "30.00 of 2026-04-01 - 2026-04-30 is credited; without this term the days cost 21.00, 21.00 of it not credited"
        " yet; 30.00 agreed: 30.00 - 21.00 = 9.00",
        "17.29 + 427.31 - 9.00",
    )


def of(subscription: str, term: SubscriptionTerm) -> SubscriptionTerm:
    return term.model_copy(update={"subscription": subscription})


def nets(inputs: ChargeInputs, *credits: GrantedCredit) -> list[str]:
    """What each credit note to an invoice comes to."""
    notes = [credit_to(inputs, *credits[:position]) for position in range(1, len(credits) + 1)]
    return [f"{recomputed(note)[1].net}" for note in notes]


@pytest.mark.clause("M365-20", "M365-48.1")
def test_a_credit_for_days_credited_before_is_of_a_term_what_it_is_of_the_days_left() -> None:
    # Basic 10 x 6.10 = 61.00 and Standard 8 x 12.35 = 98.80 a month, their second years from 12 February 2027. Of the
    # first years 1 to 11 February are what is left: 12 x 61.00 - 37.04 - 11 x 61.00 = 23.96, and 38.81 of Standard.
    basic = [of("1", a_term(f"{year}-02-12", "year", (10, "6.10", f"{year}-02-12"))) for year in (2026, 2027)]
    standard = [of("2", a_term(f"{year}-02-12", "year", (8, "12.35", f"{year}-02-12"))) for year in (2026, 2027)]
    february = of_month("2027-02", *basic, *standard)
    first, both = (GrantedCredit(id="1", from_=day("2027-02-01"), to=day(f"2027-02-{last}")) for last in (11, 20))
    refused = refusal(basic[1], day("2027-02-01"))
    # 1 to 11 February are 23.96 + 38.81 = 62.77. Of 1 to 20 February what 12 to 20 cost is left: of Basic 61.00 x 9 /
    # 28 = 19.61 (19.607), of Standard 98.80 x 9 / 28 = 31.76 (31.757), together 51.37. Of Basic's 61.00 x 17 / 28 =
    # 37.04 (37.036) 37.04 - 19.61 = 17.43 come back. By what all 20 days cost, 51.37 x 19.61 / 114.14 = 8.83 of the
    # second credit would be Basic's, and 28.21 would come back.
    assert nets(february, first, both, refused) == ["62.77", "51.37", "17.43"]
    assert nets(february, both, first, refused) == ["114.14", "0.00", "17.43"]
    # Both ways 131.57 of 159.80, so that of Standard 59.99 - 31.76 = 28.23 stay.
    assert nets(february, refused, first, both) == ["37.04", "62.77", "31.76"]
    assert nets(february, first, refused, both) == ["62.77", "37.04", "31.76"]
    (proof,) = line_proofs(credit_to(february, first, both, refused))
    assert proof.steps == (
        "2027-02-12 - 2027-02-28 was charged 10 × 6.10 × 17 ÷ 28 = 37.04, half-up to the cent",
        "51.37 of 2027-02-01 - 2027-02-20 is credited; without this term the days cost 94.53, 31.76 of it not credited"
        " yet; the cost of the days: 51.37 - 31.76 = 19.61",
        "37.04 - 19.61",
    )


@pytest.mark.clause("M365-20", "M365-48.1")
def test_a_credit_that_adds_days_before_a_term_is_none_of_it() -> None:
    # Of 6 x 15.23 = 91.38 a month 20 of March's 31 days are 58.95 (58.955). Credited are 14 days, 41.27 (41.268), then
    # two, 5.90 (5.895), and at last 1 to 22 March: what is new of it are 1 to 8 March, when the term had not begun.
    begun, refused = (a_term(on, "month", (6, "15.23", on)) for on in ("2026-02-12", "2026-03-12"))
    other = of("3", a_term("2026-02-12", "year", (12, "20.71", "2026-02-12"), (3, "20.71", "2026-02-15")))
    another = of("4", a_term("2026-02-12", "year", (4, "24.95", "2026-02-12"), (3, "24.95", "2026-03-12")))
    march = of_month("2026-03", begun, refused, another, other)
    granted = [
        GrantedCredit(id="1", from_=day(f"2026-03-{first:02}"), to=day(f"2026-03-{last}"))
        for first, last in ((9, 25), (30, 31), (1, 22))
    ]
    # 58.95 - 41.27 - 5.90 = 11.78. By what all 22 days cost, 132.02 x 32.43 / 386.18 = 11.09 were the term's as well,
    # and 0.69 would come back.
    assert nets(march, *granted, refusal(refused, day("2026-03-01"))) == ["309.95", "37.21", "132.02", "11.78"]


@pytest.mark.clause("M365-20", "M365-48.1")
def test_days_rounded_up_one_by_one_never_make_more_come_back_than_was_charged() -> None:
    # April is 0.15 of the refused term and 0.14 of the other. A day of it is 0.005, so 0.01, and 0.0047, so nothing: of
    # 20 days, each by itself, 0.10 + 0.09 = 0.19 at most are credited, and nothing of them without the term.
    refused = of("1", a_term("2026-04-01", "month", (1, "0.15", "2026-04-01")))
    other = of("2", a_term("2026-04-01", "month", (1, "0.14", "2026-04-01")))
    each = [DateRange(from_=day(f"2026-04-{one:02}"), to=day(f"2026-04-{one:02}")) for one in range(1, 21)]
    by_day = [GrantedCredit(id="1", from_=one.from_, to=one.to) for one in each]
    april = GrantedCredit(id="2", from_=day("2026-04-01"), to=day("2026-04-30"))
    *days, of_term, rest = nets(
        of_month("2026-04", refused, other), *by_day, refusal(refused, day("2026-04-01")), april
    )
    credited = sum(map(Decimal, days), NOTHING)
    assert Decimal("0.15") < credited <= Decimal("0.19")
    # All of the term has come back already, and of 0.29 what is left.
    assert (of_term, Decimal(rest)) == ("0.00", Decimal("0.29") - credited)


def document(number: str, net: Decimal) -> DocumentRow:
    """Of the invoice, or a credit note to it; what the books look at here is what it comes to."""
    on, is_note = day("2027-03-01"), "-K" in number
    sums = {"net": net, "vat": NOTHING, "total": net}
    kind: IssuedKind = "credit_note" if is_note else "invoice"
    return DocumentRow(number=number, kind=kind, issued_on=on, from_=on, to=on, lines=(), **sums)


@pytest.mark.clause("M365-20", "M365-48.1")
def test_a_wrong_share_is_seen_by_what_stays_of_the_invoice() -> None:
    # From 12 February both are 37.04 + 59.99 = 97.03, of which 12 to 20 are credited, 19.61 + 31.76 = 51.37. With
    # the 17.43 left of Basic 59.99 - 31.76 = 28.23 stay.
    basic, standard = (
        of(number, a_term("2027-02-12", "year", (licences, price, "2027-02-12")))
        for number, licences, price in (("1", 10, "6.10"), ("2", 8, "12.35"))
    )
    february = of_month("2027-02", basic, standard)
    days = GrantedCredit(id="1", from_=day("2027-02-01"), to=day("2027-02-20"))
    notes = {
        "I-1-K1": credit_to(february, days),
        "I-1-K2": credit_to(february, days, refusal(basic, february.period.from_)),
    }

    def found(given_back: str) -> list[str]:
        issued = {"I-1": "97.03", "I-1-K1": "51.37", "I-1-K2": given_back}
        documents = [document(number, Decimal(net)) for number, net in issued.items()]
        return [f"{one.subject}: {one.fault}" for one in refused_faults(documents, {"I-1": february, **notes})]

    assert found("17.43") == []
    without = "and without the terms that never came about it would be 28.23"
    assert found("28.21") == [f"I-1: 17.45 of it stay billed, {without}"]
    assert found("6.65") == [f"I-1: 39.01 of it stay billed, {without}"]


@pytest.mark.clause("M365-48.1")
def test_two_terms_refused_are_each_given_back() -> None:
    april = of_month("2026-04", LEAVING, MONTHLY)
    both = (refusal(LEAVING, day("2026-04-01")), refusal(MONTHLY, day("2026-04-01")))
    assert [each.net for each in fee_credits(credit_to(april, *both))] == [Decimal("444.60"), Decimal("21.00")]
    with pytest.raises(ValueError, match="no term of subscription 1 from 2026-04-17 is left to be credited"):
        fee_credits(credit_to(april, *both, both[0]))


@pytest.mark.clause("M365-24", "M365-48.1")
@BRIEF
@given(TERMS, st.data())
def test_all_invoices_of_a_refused_term_are_given_back(term: SubscriptionTerm, data: st.DataObject) -> None:
    """Whoever left it when: each that was issued before the refusal is known, and the later ones have nothing of it."""
    known_after = data.draw(st.integers(1, len(months_of(term))))
    billed = [of_month(f"{month:%Y-%m}", term) for month in months_of(term)[:known_after]]
    notes = [credit_to(each, refusal(term, each.period.from_)) for each in billed if charged(each, term)]
    given_back = sum((fee_credits(note)[-1].net for note in notes), NOTHING)
    assert given_back == sum((charged(each, term) for each in billed), NOTHING)
    if known_after == len(months_of(term)):
        assert given_back == term_fee(term, term.days.to)
    for note in notes:
        is_the_same_again(note)


@dataclass(frozen=True)
class Month:
    """A month's invoice, which of its terms are refused, and what is credited of it, in the order granted."""

    invoice: ChargeInputs
    refused: Sequence[SubscriptionTerm]
    credits: Sequence[GrantedCredit]

    @property
    def others(self) -> tuple[SubscriptionTerm, ...]:
        return tuple(term for term in self.invoice.terms if term not in self.refused)

    def notes(self) -> list[CreditInputs]:
        return [credit_to(self.invoice, *self.credits[: position + 1]) for position in range(len(self.credits))]


@st.composite
def months(draw: st.DrawFn) -> Month:
    """Up to three subscriptions in a month; credits of days, overlapping or not, of amounts, and of terms."""
    first = draw(st.dates(date(2026, 1, 1), date(2026, 3, 31)))
    near = st.dates(first, month_end(first))
    terms = [draw(subscription_terms(f"{number}", near, 1)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    one = draw(st.sampled_from(terms))
    begin = draw(st.sampled_from([month for month in months_of(one) if tuple(charges_of_month(one, month))]))
    ends = st.lists(st.integers(1, 31), min_size=2, max_size=2).map(sorted)
    runs = [
        DateRange(from_=begin.replace(day=first), to=min(month_end(begin), begin + timedelta(days=last - 1)))
        for first, last in draw(st.lists(ends, max_size=6))
        if first <= month_end(begin).day
    ]
    amounts = st.none() | st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)
    of_days = [
        GrantedCredit(id=str(at), from_=run.from_, to=run.to, amount=draw(amounts)) for at, run in enumerate(runs)
    ]
    invoice = of_month(f"{begin:%Y-%m}", *(term for term in terms if tuple(charges_of_month(term, begin))))
    refused = draw(st.lists(st.sampled_from(invoice.terms), min_size=1, unique_by=lambda term: term.subscription))
    unbilled = tuple(draw(st.lists(st.sampled_from(runs), max_size=1))) if runs else ()
    credits = draw(st.permutations([*of_days, *(refusal(term, begin) for term in refused)]))
    return Month(invoice.model_copy(update={"unbilled": unbilled}), refused, credits)


@pytest.mark.long
@pytest.mark.clause("M365-20", "M365-24", "M365-48.1")
@BRIEF
@given(months())
def test_nothing_stays_charged_of_a_refused_term_and_no_more_is_credited_than_was_charged(month: Month) -> None:
    invoice = month.invoice
    all_of_it = charged(invoice, *invoice.terms)
    total = NOTHING
    # What the invoice itself leaves out comes first.
    gaps = sum((each.net for each in fee_credits(invoice)), NOTHING)
    for note in month.notes():
        last = fee_credits(note)[-1]
        total += last.net
        assert 0 <= gaps + total <= all_of_it
        if isinstance(last, CreditedTerm):
            assert last.cost == charged(invoice, last.term)
            assert last.net + sum((one.share for one in last.shares), NOTHING) == last.cost
        is_the_same_again(note)


@pytest.mark.clause("M365-20", "M365-48.1")
@BRIEF
@given(months())
def test_the_other_terms_are_credited_as_if_the_refused_ones_had_never_been(month: Month) -> None:
    """However the credits overlap, and whichever came first."""
    invoice = month.invoice
    made = sum((each.net for each in fee_credits(invoice)), NOTHING)
    done = [fee_credits(note)[-1] for note in month.notes()]
    made += sum((each.net for each in done), NOTHING)
    of_days = tuple(credit for credit in month.credits if credit.term is None)
    alone = invoice.model_copy(update={"terms": month.others, "credits": of_days})
    of_others = sum((each.net for each in fee_credits(alone)), NOTHING)
    assert made - of_others == charged(invoice, *month.refused)
