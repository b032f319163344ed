"""What invoices of subscriptions are made of, with figures that are easy to work out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from schemas.charges import DateRange, GrantedCredit
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.microsoft365 import Microsoft365Content, Product
from schemas.subscription import MONTHS, LicencesAdded, LicencesLeft, SubscriptionTerm, TermLength
from terms.calendar import month_end, month_start, next_month_start
from terms.periods import period_end, period_start

PRODUCTS = {"month": "Teams Essentials", "year": "Business Premium"}


def day(iso: str) -> date:
    return date.fromisoformat(iso)


def days(first: str, last: str) -> DateRange:
    return DateRange(from_=day(first), to=day(last))


def a_term(
    begins: str, length: TermLength, *added: tuple[int, str, str], left: tuple[tuple[int, str], ...] = ()
) -> SubscriptionTerm:
    """A first term; `added` are licences, a month's price and the day they count from, the first ones its own."""
    return SubscriptionTerm(
        subscription="1" if length == "year" else "2",
        name=PRODUCTS[length],
        length=length,
        days=DateRange(from_=day(begins), to=period_end(day(begins), MONTHS[length], 1)),
        added=tuple(
            LicencesAdded(licences=licences, price_per_licence=Decimal(price), from_=day(on))
            for licences, price, on in added
        ),
        left=tuple(LicencesLeft(licences=licences, asked_on=day(on)) for licences, on in left),
    )


def version(effective_on: str = "2026-01-01") -> ContentVersion:
    products = (Product(sku="BP", name="Business Premium", period="year", licences=3, price_per_licence="12.35"),)
    content = Microsoft365Content(tenant_domain="priedes.onmicrosoft.com", products=products)
    return ContentVersion(service="microsoft365", effective_on=day(effective_on), content=content)


def of_month(
    iso: str,
    *terms: SubscriptionTerm,
    period: DateRange | None = None,
    unbilled: tuple[DateRange, ...] = (),
    credits: tuple[GrantedCredit, ...] = (),
    language: str = "en",
) -> ChargeInputs:
    """What a month's invoice is made of; its period is the whole month unless told."""
    begin = day(f"{iso}-01")
    return ChargeInputs(
        service="microsoft365",
        language=language,
        period=period or DateRange(from_=month_start(begin), to=month_end(begin)),
        service_from=min(term.days.from_ for term in terms),
        is_first=False,
        versions=(version(),),
        unbilled=unbilled,
        terms=terms,
        credits=credits,
    )


def credit_to(inputs: ChargeInputs, *credits: GrantedCredit) -> CreditInputs:
    """A credit note to that invoice, for the last of `credits`."""
    return CreditInputs(
        service=inputs.service,
        language=inputs.language,
        period=inputs.period,
        versions=inputs.versions,
        unbilled=inputs.unbilled,
        terms=inputs.terms,
        credits=credits,
    )


PRICES = st.integers(min_value=1, max_value=9999).map(lambda cents: Decimal(cents) / 100)


ANY_DAY = st.dates(date(2026, 1, 1), date(2029, 1, 1))


@st.composite
def subscription_terms(
    draw: st.DrawFn, subscription: str = "1", first_days: st.SearchStrategy[date] = ANY_DAY, most_terms: int = 3
) -> SubscriptionTerm:
    """A subscription's first to third term, with licences added and given up on any day of it."""
    first_day = draw(first_days)
    length: TermLength = draw(st.sampled_from(["month", "year"]))
    index = draw(st.integers(1, most_terms))
    begins, ends = (of(first_day, MONTHS[length], index) for of in (period_start, period_end))
    within = st.dates(begins, ends)
    later = sorted(draw(st.lists(within, max_size=2)))
    added = tuple(
        LicencesAdded(licences=draw(st.integers(1, 40)), from_=day, price_per_licence=draw(PRICES))
        for day in (begins, *later)
    )
    left: list[LicencesLeft] = []
    for day in sorted(draw(st.lists(within, max_size=3))):
        there = sum(one.licences for one in added if one.from_ <= day) - sum(one.licences for one in left)
        if there:
            left.append(LicencesLeft(licences=draw(st.integers(1, there)), asked_on=day))
    return SubscriptionTerm(
        subscription=subscription,
        name="Business Premium",
        length=length,
        days=DateRange(from_=begins, to=ends),
        added=added,
        left=tuple(left),
    )


TERMS = subscription_terms()


def months_of(term: SubscriptionTerm) -> list[date]:
    """The first days of the calendar months that a term touches."""
    months = [month_start(term.days.from_)]
    while (following := next_month_start(months[-1])) <= term.days.to:
        months.append(following)
    return months
