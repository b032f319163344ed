"""What of licences is given back: days without them, and terms that never came about (M365-20, M365-24, M365-48.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from schemas.charges import DateRange, GrantedCredit, NamedTerm
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.credits import NOTHING, CreditedDays, Fees, credited, credited_next, within
from terms.late_payment import days_between, ranges
from terms.licence_lines import fee_lines
from terms.subscriptions import charges_of_month


@dataclass(frozen=True, kw_only=True)
class ShareOfCredit:
    """What a credit before gave back of a term: its `net`, less what it comes to were the term not there.

    Days are rounded by the term, so that all of them together may come to a cent more than they were charged; that is
    `beyond`, and stays the others'.
    """

    net: Decimal
    without: CreditedDays
    beyond: Decimal = NOTHING

    @property
    def share(self) -> Decimal:
        return self.net - self.without.net - self.beyond

    @property
    def others(self) -> CreditedDays:
        """What the credit gave back of the other terms."""
        return replace(self.without, net=self.without.net + self.beyond)


@dataclass(frozen=True, kw_only=True)
class CreditedTerm(CreditedDays):
    """What comes back of a term that never came about: all that a month's invoice charged for it, less the shares of
    it in what was credited before."""

    term: SubscriptionTerm
    charges: tuple[LicenceCharge, ...]
    shares: tuple[ShareOfCredit, ...]


def fee_credits(inputs: ChargeInputs | CreditInputs) -> tuple[CreditedDays, ...]:
    """What days not billed come to, then the credits granted, by what the licences of those days cost (M365-20).

    Days after the period are no such days: the month in which a contract ends is charged undivided (M365-24). Once a
    term is given back, all credits are as if it had never been there: those before it and those after.
    """
    terms, before, done = inputs.terms, list[CreditedDays](), list[CreditedDays]()
    for credit in (*_unbilled(inputs), *inputs.credits):
        if credit.term is None:
            taken = [one for each in before for one in each.taken]
            each = credited_next(credit, taken=taken, period=inputs.period, fees=_fees(terms, inputs.language))
            before.append(each)
        else:
            refused = _named(credit.term, terms)
            terms = tuple(one for one in terms if one is not refused)
            fees = _fees(terms, inputs.language)
            without = credited((one.credit for one in before), period=inputs.period, fees=fees)
            each = _credited_term(credit, term=refused, month=inputs.period.from_, before=before, without=without)
            before = [one.others for one in each.shares]
        done.append(each)
    return tuple(done)


def _fees(terms: Sequence[SubscriptionTerm], language: str) -> Fees:
    return lambda days: fee_lines(terms, days=days, language=language)


def _named(refused: NamedTerm, terms: Iterable[SubscriptionTerm]) -> SubscriptionTerm:
    for one in terms:
        if one.named == refused:
            return one
    raise ValueError(f"no term of subscription {refused.subscription} from {refused.from_} is left to be credited")


def _credited_term(
    credit: GrantedCredit,
    *,
    term: SubscriptionTerm,
    month: date,
    before: Iterable[CreditedDays],
    without: Iterable[CreditedDays],
) -> CreditedTerm:
    """What the term was charged in a month and was not credited, by what each credit `before` is `without` it."""
    charges = tuple(charge for charge in charges_of_month(term, month) if charge.net)
    cost = sum((charge.net for charge in charges), NOTHING)
    shares = [ShareOfCredit(net=one.net, without=each) for one, each in zip(before, without, strict=True)]
    left = cost - sum((one.share for one in shares), NOTHING)
    if left < 0:
        shares[-1] = replace(shares[-1], beyond=-left)
    return CreditedTerm(
        credit=credit,
        days=DateRange(from_=credit.from_, to=credit.to),
        cost=cost,
        room=max(left, NOTHING),
        net=max(left, NOTHING),
        term=term,
        charges=charges,
        shares=tuple(shares),
    )


def _unbilled(inputs: ChargeInputs | CreditInputs) -> tuple[GrantedCredit, ...]:
    """The period's days without a fee, each once, however many grounds they have."""
    gaps = (within(gap, inputs.period) for gap in inputs.unbilled)
    days = (day for gap in gaps if gap is not None for day in days_between(gap.from_, gap.to))
    return tuple(GrantedCredit(id="", from_=one.from_, to=one.to) for one in ranges(days))
