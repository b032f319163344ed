"""The working of what is not by days among licences' charges: what is left of a term's price (M365-15, M365-24)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from schemas.charges import DateRange
from schemas.invoice import ChargeInputs
from schemas.subscription import MONTHS, LicenceCharge, LicencePart, SubscriptionTerm
from terms.calendar import days_in_month, month_end, month_start
from terms.credits import CreditedDays
from terms.invoicing import prorated
from terms.licence_credits import CreditedTerm, ShareOfCredit
from terms.subscriptions import charges_of_days, charges_of_month, day_count

Working = tuple[tuple[str, ...], Decimal]
"""The steps of a line, and what they come to in EUR before rounding."""

EACH_HALF_UP = "half-up to the cent"


def charge_workings(inputs: ChargeInputs) -> Iterator[Working | None]:
    """Of each fee and each rest of a term, in the order of their lines; None for what is by days."""
    for term in inputs.terms:
        for charge in charges_of_month(term, inputs.period.from_):
            if charge.net:
                yield None if _is_by_days(charge, days=charge.days, net=charge.net) else _rest_of_price(term, charge)


def credit_workings(terms: Sequence[SubscriptionTerm], *, days: DateRange, sign: int) -> Iterator[Working | None]:
    """Of each line that credits what `days` cost, in their order; None for what is by days."""
    for term in terms:
        for charge in charges_of_days(term, days):
            [part] = charge.parts
            if charge.net and _is_by_days(charge, days=part.days, net=part.net):
                yield None
            elif charge.net:
                yield _share_of_part(charge, part=part, sign=sign)


def refused_working(each: CreditedTerm, *, sign: int) -> Working:
    """What a term that never came about was charged, less what was credited of it before (M365-24, M365-48.1)."""
    charged = " + ".join(f"{charge.net}" for charge in each.charges)
    shares = [one for one in each.shares if one.share]
    steps = [step for charge in each.charges for step in _charge_steps(each.term, charge)]
    steps += [_share_step(one) for one in shares]
    left = charged + "".join(f" - {one.share}" if one.share > 0 else f" + {-one.share}" for one in shares)
    return (*steps, left if sign > 0 else f"{sign} × ({left})"), sign * each.net


def limits(each: CreditedDays) -> str:
    """What days cost, and what of it a credit may be for."""
    asked = f"{each.credit.amount} agreed" if each.credit.amount is not None else "the cost of the days"
    return f"the days cost {each.cost}, {each.room} of it not credited yet; {asked}"


def _charge_steps(term: SubscriptionTerm, charge: LicenceCharge) -> Iterator[str]:
    days = f"{charge.days.from_} - {charge.days.to}"
    if _is_by_days(charge, days=charge.days, net=charge.net):
        by_days = f"{charge.licences} × {charge.unit_price} × {day_count(charge.days)}"
        yield f"{days} was charged {by_days} ÷ {days_in_month(charge.days.from_)} = {charge.net}, {EACH_HALF_UP}"
    else:
        (*before, last), _ = _rest_of_price(term, charge)
        yield from before
        yield f"{days} was charged {last} = {charge.net}"


def _share_step(one: ShareOfCredit) -> str:
    days = one.without.days
    assert days is not None, "a credit of no days is of no term"
    what = f"{one.net} of {days.from_} - {days.to} is credited; without this term {limits(one.without)}"
    return f"{what}: {one.net} - {one.without.net} = {one.share}"


def _is_by_days(charge: LicenceCharge, *, days: DateRange, net: Decimal) -> bool:
    if month_start(days.from_) != month_start(days.to):
        return False
    by_days = prorated(
        quantity=charge.licences, unit_price=charge.unit_price, days=day_count(days), month_of=days.from_
    )
    return by_days == net


def _rest_of_price(term: SubscriptionTerm, charge: LicenceCharge) -> Working:
    """What was not charged before of their price for the term; of those added later the parts that are left."""
    parts = _part_steps(charge)
    amounts = [f"{amount}" for _, amount in parts]
    steps = [step for step, _ in parts]
    if charge.term_price is None:
        return (*steps, " + ".join(amounts)), charge.net
    price = f"{charge.licences} × {charge.unit_price} × {MONTHS[term.length]}"
    if not parts:
        return (price,), charge.net
    return (
        f"{price} = {charge.term_price}, their price for the term",
        *steps,
        " - ".join([f"{charge.term_price}", *amounts]),
    ), charge.net


def _part_steps(charge: LicenceCharge) -> list[tuple[str, Decimal]]:
    """What the parts come to, in their order: part months by themselves, and whole months together."""
    found = []
    for is_whole, group in groupby(charge.parts, key=_is_whole_month):
        parts = tuple(group)
        amount = sum((part.share for part in parts), Decimal("0.00"))
        working = _whole_months(charge, count=len(parts), amount=amount) if is_whole else _part_month(charge, parts[0])
        found.append((f"{parts[0].days.from_} - {parts[-1].days.to}: {working}", amount))
    return found


def _whole_months(charge: LicenceCharge, *, count: int, amount: Decimal) -> str:
    month = charge.licences * charge.unit_price
    return f"{count} × {charge.licences} × {charge.unit_price} = {count} × {month} = {amount}"


def _part_month(charge: LicenceCharge, part: LicencePart) -> str:
    share = f"{charge.unit_price} × {day_count(part.days)} ÷ {days_in_month(part.days.from_)}"
    together = f"{charge.together} × {share} is {part.net}"
    if charge.together == charge.licences:
        return f"{together}, {EACH_HALF_UP}"
    staying = f"{charge.together - charge.licences} × {share} is {part.staying}"
    return f"{together}, {staying}, each {EACH_HALF_UP}: {part.share}"


def _is_whole_month(part: LicencePart) -> bool:
    return part.days == DateRange(from_=month_start(part.days.from_), to=month_end(part.days.from_))


def _share_of_part(charge: LicenceCharge, *, part: LicencePart, sign: int) -> Working:
    days, of_days = day_count(charge.days), day_count(part.days)
    net = sign * part.net
    what = f"{part.days.from_} - {part.days.to} cost {part.net}, what was left of the term's price"
    return (what, f"{net} × {days} ÷ {of_days}"), net * days / of_days
