"""What of licences is given back: days without them, and terms that never came about (M365-20, M365-24, M365-48.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schemas.base import to_cents
from schemas.charges import DateRange, GrantedCredit, NamedTerm
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.subscription import LicenceCharge, SubscriptionTerm
from terms.credits import NOTHING, CreditedDays, Fees, Taken, credited_next, within
from terms.late_payment import days_between, ranges
from terms.licence_lines import fee_lines
from terms.subscriptions import charges_of_days, charges_of_month


@dataclass(frozen=True, kw_only=True)
class ShareOfCredit:
    """What a credit before gave back of a term: of its `net` as much as the term has of the `cost` of its days."""

    days: DateRange
    net: Decimal
    cost: Decimal
    cost_of_term: Decimal
    share: Decimal

    @property
    def is_cut_off(self) -> bool:
        """Whether the credits before it leave less of the term's fees."""
        return self.cost > 0 and self.share < to_cents(self.net * self.cost_of_term / self.cost)


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
    term is given back, days cost what the other terms do, and so much is credited of them as was not the term's.
    """
    terms, taken = inputs.terms, list[Taken]()
    done: list[CreditedDays] = []
    for credit in (*_unbilled(inputs), *inputs.credits):
        if credit.term is None:
            each = credited_next(credit, taken=taken, period=inputs.period, fees=_fees(terms, inputs.language))
            taken = [*taken, *each.taken]
            done.append(each)
        else:
            of_term = _credited_term(credit, refused=credit.term, terms=terms, taken=taken, month=inputs.period.from_)
            terms = tuple(one for one in terms if one is not of_term.term)
            taken = [Taken(days=one.days, net=one.net - one.share) for one in of_term.shares]
            done.append(of_term)
    return tuple(done)


def _fees(terms: Sequence[SubscriptionTerm], language: str) -> Fees:
    return lambda days: fee_lines(terms, days=days, language=language)


def _credited_term(
    credit: GrantedCredit,
    *,
    refused: NamedTerm,
    terms: Sequence[SubscriptionTerm],
    taken: Sequence[Taken],
    month: date,
) -> CreditedTerm:
    """Never more than the term was charged and was not credited, nor than is left of the fees of the whole invoice."""
    term = _named(refused, terms)
    charges = tuple(charge for charge in charges_of_month(term, month) if charge.net)
    cost, fees = _net(charges), _net(charge for charge in charges if charge.kind == "fee")
    shares = tuple(_shares(term, terms=terms, taken=taken, at_most=fees))
    of_others = _net(
        charge for one in terms if one is not term for charge in charges_of_month(one, month) if charge.kind == "fee"
    )
    left = cost + of_others - sum((one.net for one in taken), NOTHING)
    room = max(min(cost - sum((one.share for one in shares), NOTHING), left), NOTHING)
    return CreditedTerm(
        credit=credit,
        days=DateRange(from_=credit.from_, to=credit.to),
        cost=cost,
        room=room,
        net=room,
        term=term,
        charges=charges,
        shares=shares,
    )


def _named(refused: NamedTerm, terms: Iterable[SubscriptionTerm]) -> SubscriptionTerm:
    for one in terms:
        if one.named == refused:
            return one
    raise ValueError(f"no term of subscription {refused.subscription} from {refused.from_} is left to be credited")


def _shares(
    term: SubscriptionTerm, *, terms: Iterable[SubscriptionTerm], taken: Iterable[Taken], at_most: Decimal
) -> Iterator[ShareOfCredit]:
    """Of each credit before, in the order given; all together are no more than the term's fees."""
    for one in taken:
        cost_of_term = _net(charges_of_days(term, one.days))
        cost = _net(charge for each in terms for charge in charges_of_days(each, one.days))
        share = min(to_cents(one.net * cost_of_term / cost), at_most) if cost else NOTHING
        at_most -= share
        yield ShareOfCredit(days=one.days, net=one.net, cost=cost, cost_of_term=cost_of_term, share=share)


def _unbilled(inputs: ChargeInputs | CreditInputs) -> tuple[GrantedCredit, ...]:
    """The period's days without a fee, each once, however many grounds they have."""
    gaps = (within(gap, inputs.period) for gap in inputs.unbilled)
    days = (day for gap in gaps if gap is not None for day in days_between(gap.from_, gap.to))
    return tuple(GrantedCredit(id="", from_=one.from_, to=one.to) for one in ranges(days))


def _net(charges: Iterable[LicenceCharge]) -> Decimal:
    return sum((charge.net for charge in charges), NOTHING)
