"""Whatever was credited before or after: a term that never came about costs nothing, and the others what they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.charges import DateRange, GrantedCredit
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.subscription import SubscriptionTerm
from terms.calendar import month_end
from terms.licence_credits import CreditedTerm, fee_credits
from terms.proof import line_proofs, recomputed
from terms.subscriptions import charges_of_month, term_fee
from tests.terms.subscribed import TERMS, a_term, credit_to, day, months_of, of_month, subscription_terms
from tests.terms.test_core_properties import CENT, is_the_same_again

NOTHING = Decimal("0.00")
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
    # 18 to 20 April: 37.05 x 3 / 30 = 3.705, so 3.71, and 3.00; of 5.00 agreed for April 17.29 x 5.00 / 38.29 = 2.2578.
    of_days = GrantedCredit(id="1", from_=day("2026-04-18"), to=day("2026-04-20"))
    agreed = GrantedCredit(id="2", from_=day("2026-04-01"), to=day("2026-04-30"), amount="5.00")
    note = credit_to(april, of_days, agreed, refusal(LEAVING, day("2026-04-01")))
    (line,), made = recomputed(note)
    assert line.text == "Pārrēķins par nepagarinātu Abonementu, Business Premium, abonēšanas periods “gads”"
    assert (line.kind, line.quantity, line.from_, line.to) == ("credit", 1, day("2026-04-17"), day("2027-04-16"))
    # 17.29 + 427.31 - 3.71 - 2.26; 21 % of 438.63 are 92.1123.
    assert (line.net, made.net, made.vat) == (Decimal("438.63"), Decimal("438.63"), Decimal("92.11"))
    (proof,) = line_proofs(note)
    assert proof.steps == (
        "2026-04-17 - 2026-04-30 was charged 3 × 12.35 × 14 ÷ 30 = 17.29, half-up to the cent",
        "3 × 12.35 × 12 = 444.60, their price for the term",
        "2026-04-17 - 2026-04-30: 3 × 12.35 × 14 ÷ 30 is 17.29, half-up to the cent",
        "2026-05-01 - 2027-04-16 was charged 444.60 - 17.29 = 427.31",
        "2026-04-18 - 2026-04-20 cost 6.71, 3.71 of it this term, and 6.71 of it is credited:"
        " 6.71 × 3.71 ÷ 6.71 is 3.71, half-up to the cent",
        "2026-04-01 - 2026-04-30 cost 38.29, 17.29 of it this term, and 5.00 of it is credited:"
        " 5.00 × 17.29 ÷ 38.29 is 2.26, half-up to the cent",
        "17.29 + 427.31 - 3.71 - 2.26",
    )
    assert (proof.unrounded, proof.rounding) == ("438.63", "none, exact")


@pytest.mark.clause("M365-20", "M365-48.1")
def test_credits_that_were_for_more_than_the_terms_days_leave_no_less_than_its_rest() -> None:
    # All its days are credited, 17.29 and 14.00 of the others; then 7.00 agreed for what is left of April, 7.00.
    april = of_month("2026-04", LEAVING, MONTHLY)
    its_days = GrantedCredit(id="1", from_=day("2026-04-17"), to=day("2026-04-30"))
    agreed = GrantedCredit(id="2", from_=day("2026-04-01"), to=day("2026-04-30"), amount="7.00")
    note = credit_to(april, its_days, agreed, refusal(LEAVING, day("2026-04-01")))
    (proof,) = line_proofs(note)
    # 7.00 x 17.29 / 38.29 would be 3.16 of it once more.
    assert proof.steps[-2:] == (
        "2026-04-01 - 2026-04-30 cost 38.29, 17.29 of it this term, and 7.00 of it is credited:"
        " 7.00 × 17.29 ÷ 38.29, at most the 0.00 left of its fees",
        "17.29 + 427.31 - 17.29",
    )
    assert proof.net == Decimal("427.31")


@pytest.mark.clause("M365-48.1")
def test_two_terms_refused_are_each_given_back() -> None:
    april = of_month("2026-04", LEAVING, MONTHLY)
    both = (refusal(LEAVING, day("2026-04-01")), refusal(MONTHLY, day("2026-04-01")))
    assert [each.net for each in fee_credits(credit_to(april, *both))] == [Decimal("444.60"), Decimal("21.00")]
    with pytest.raises(ValueError, match="no term of subscription 1 from 2026-04-17 is left to be credited"):
        fee_credits(credit_to(april, *both, both[0]))


@pytest.mark.clause("M365-24", "M365-48.1")
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
def months(draw: st.DrawFn, *, only_days: bool = False) -> Month:
    """Up to three subscriptions in a month; credits of days, of amounts unless `only_days`, and of terms."""
    first = draw(st.dates(date(2026, 1, 1), date(2026, 3, 31)))
    near = st.dates(first, month_end(first))
    terms = [draw(subscription_terms(f"{number}", near, 1)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    one = draw(st.sampled_from(terms))
    begin = draw(st.sampled_from([month for month in months_of(one) if tuple(charges_of_month(one, month))]))
    cuts = sorted(draw(st.sets(st.integers(1, 28), max_size=6)))
    runs = [DateRange(from_=begin.replace(day=one), to=begin.replace(day=other)) for one, other in pairs(cuts)]
    amounts = st.none() | st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)
    if not only_days:
        runs += draw(st.lists(st.sampled_from([*runs, DateRange(from_=begin, to=month_end(begin))]), max_size=3))
    of_days = [
        GrantedCredit(id=str(at), from_=run.from_, to=run.to, amount=None if only_days else draw(amounts))
        for at, run in enumerate(runs)
    ]
    invoice = of_month(f"{begin:%Y-%m}", *(term for term in terms if tuple(charges_of_month(term, begin))))
    refused = draw(st.lists(st.sampled_from(invoice.terms), min_size=1, unique_by=lambda term: term.subscription))
    unbilled = () if only_days else tuple(draw(st.lists(st.sampled_from(runs), max_size=1))) if runs else ()
    credits = draw(st.permutations([*of_days, *(refusal(term, begin) for term in refused)]))
    return Month(invoice.model_copy(update={"unbilled": unbilled}), refused, credits)


def pairs(cuts: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(cuts[::2], (cut - 1 for cut in cuts[1::2]), strict=False))


@pytest.mark.clause("M365-20", "M365-24", "M365-48.1")
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
            shares = sum((one.share for one in last.shares), NOTHING)
            rests_of_others = sum(
                charge.net
                for term in month.invoice.terms
                if term != last.term
                for charge in charges_of_month(term, invoice.period.from_)
                if charge.kind == "rest_of_term"
            )
            # All of it is given back; or all fees are, whosever, as agreed amounts took them.
            assert last.net + shares == last.cost or gaps + total >= all_of_it - rests_of_others
        is_the_same_again(note)


@pytest.mark.clause("M365-20", "M365-48.1")
@given(months(only_days=True))
def test_the_other_terms_are_credited_as_if_the_refused_ones_had_never_been(month: Month) -> None:
    made = sum((fee_credits(note)[-1].net for note in month.notes()), NOTHING)
    of_others = NOTHING
    of_days = [credit for credit in month.credits if credit.term is None]
    if month.others:
        alone = month.invoice.model_copy(update={"terms": month.others, "credits": tuple(of_days)})
        of_others = sum((each.net for each in fee_credits(alone)), NOTHING)
    # A part that takes the rest is cut off where its days, each rounded up, come to more: by a cent a run of days.
    slack = CENT * len(of_days) * len(month.invoice.terms)
    assert abs(made - charged(month.invoice, *month.refused) - of_others) <= slack
