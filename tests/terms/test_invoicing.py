"""Lines and sums of an invoice to the cent, worked out by hand (exact rule 3)."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import to_cents
from schemas.content import ContentVersion
from schemas.invoice import ChargeInputs, DateRange, InvoiceLine
from schemas.it_support import ItSupportContent
from terms.calendar import days_in_month, month_end, month_start
from terms.invoicing import content_on, prorated, stretches, sums, versions_from
from terms.it_support import charge_lines

PRICES = st.integers(0, 100_000_000).map(lambda cents: Decimal(cents) / 100)
MONTHS = st.dates(date(2000, 1, 1), date(2100, 12, 31)).map(month_start)


def content(users: int = 14, price: str = "12.50", **other: Any) -> ItSupportContent:
    return ItSupportContent(plan="Standarta", users=users, price_per_user=Decimal(price), **other)


def version(effective_on: date, of: ItSupportContent) -> ContentVersion:
    return ContentVersion(service="it_support", effective_on=effective_on, content=of)


def charged(
    *versions: ContentVersion,
    period: tuple[date, date],
    unbilled: tuple[tuple[date, date], ...] = (),
    is_first: bool = False,
    language: str = "en",
) -> list[tuple[str, int | Decimal, Decimal, date, date, Decimal]]:
    """The lines of a period as plain values."""
    inputs = ChargeInputs(
        service="it_support",
        language=language,
        period=DateRange(from_=period[0], to=period[1]),
        service_from=versions[0].effective_on,
        is_first=is_first,
        versions=versions,
        unbilled=tuple(DateRange(from_=begin, to=end) for begin, end in unbilled),
    )
    lines = charge_lines(inputs)
    return [(line.text, line.quantity, line.unit_price, line.from_, line.to, line.net) for line in lines]


def line(net: str) -> InvoiceLine:
    day = date(2026, 4, 1)
    return InvoiceLine(kind="fee", text="Fee", quantity=1, unit_price=Decimal(net), from_=day, to=day, net=Decimal(net))


FEE = "Subscription fee, support plan “Standarta”"
APRIL = (date(2026, 4, 1), date(2026, 4, 30))


# Proration


@pytest.mark.clause("IT-19", "IT-T.fee")
@pytest.mark.parametrize(
    ("quantity", "price", "days", "month", "net"),
    [
        (14, "12.50", 30, date(2026, 4, 1), "175.00"),
        (14, "12.50", 15, date(2026, 3, 17), "84.68"),  # 175 × 15 ÷ 31 = 84.677…
        (14, "12.50", 14, date(2026, 6, 1), "81.67"),  # 175 × 14 ÷ 30 = 81.666…
        (12, "12.50", 16, date(2026, 6, 15), "80.00"),  # 150 × 16 ÷ 30
        (1, "0.30", 1, date(2026, 4, 1), "0.01"),
        (1, "0.15", 1, date(2026, 4, 1), "0.01"),  # 0.15 ÷ 30 = 0.005: exactly half a cent goes up.
        (1, "0.14", 1, date(2026, 4, 1), "0.00"),
        (1, "0.45", 1, date(2026, 4, 1), "0.02"),  # 0.015
        (1, "0.75", 1, date(2026, 4, 1), "0.03"),  # 0.025: half-even would give 0.02.
        (3, "0.21", 14, date(2026, 2, 1), "0.32"),  # 0.63 ÷ 2 = 0.315
        (1, "29.00", 1, date(2028, 2, 29), "1.00"),
        (1, "28.00", 1, date(2026, 2, 28), "1.00"),
    ],
)
def test_part_of_a_month_by_days(quantity: int, price: str, days: int, month: date, net: str) -> None:
    assert prorated(quantity=quantity, unit_price=Decimal(price), days=days, month_of=month) == Decimal(net)


@given(MONTHS, st.integers(1, 100_000), PRICES)
def test_a_whole_month_is_quantity_times_price(month: date, quantity: int, price: Decimal) -> None:
    days = days_in_month(month)
    assert prorated(quantity=quantity, unit_price=price, days=days, month_of=month) == quantity * price


@given(MONTHS, st.integers(1, 1_000), PRICES, st.sets(st.integers(2, 31), max_size=6))
def test_a_month_in_pieces_sums_to_the_month_within_a_cent_a_piece(
    month: date, quantity: int, price: Decimal, cuts: set[int]
) -> None:
    bounds = [1, *sorted(cut for cut in cuts if cut <= days_in_month(month)), days_in_month(month) + 1]
    lengths = [end - begin for begin, end in itertools.pairwise(bounds)]
    pieces = [prorated(quantity=quantity, unit_price=price, days=days, month_of=month) for days in lengths]
    assert abs(sum(pieces) - quantity * price) <= Decimal("0.01") * len(pieces)


# Sums


@pytest.mark.clause("IT-19")
@pytest.mark.parametrize(
    ("nets", "net", "vat", "total"),
    [
        (["0.12", "0.12", "0.12"], "0.36", "0.08", "0.44"),  # 0.0756 once; thrice 0.0252 would be 0.09.
        (["175.00"], "175.00", "36.75", "211.75"),
        (["84.68", "250.00"], "334.68", "70.28", "404.96"),  # 70.2828
        (["0.50"], "0.50", "0.11", "0.61"),  # 0.105: exactly half a cent goes up.
        (["2.50"], "2.50", "0.53", "3.03"),  # 0.525: half-even would give 0.52.
        (["0.02"], "0.02", "0.00", "0.02"),
        ([], "0.00", "0.00", "0.00"),
    ],
)
def test_vat_is_rounded_once_on_the_sum(nets: list[str], net: str, vat: str, total: str) -> None:
    made = sums([line(each) for each in nets])
    assert (made.net, made.vat, made.total) == (Decimal(net), Decimal(vat), Decimal(total))


@given(st.lists(PRICES.filter(bool), max_size=20))
def test_sums_agree_with_whole_numbers_of_cents(nets: list[Decimal]) -> None:
    made = sums([line(f"{each:.2f}") for each in nets])
    cents = sum(int(each * 100) for each in nets)
    assert int(made.net * 100) == cents
    assert int(made.vat * 100) == (cents * 21 + 50) // 100
    assert made.total == made.net + made.vat


def test_half_a_cent_goes_away_from_zero() -> None:
    assert to_cents(Decimal("0.005")) == Decimal("0.01")
    assert to_cents(Decimal("0.004999")) == Decimal("0.00")
    assert to_cents(Decimal("-0.005")) == Decimal("-0.01")


# Lines


@pytest.mark.clause("IT-18", "IT-19", "IT-P2.setup")
def test_the_first_invoice_has_the_set_up_fee_and_the_days_from_the_confirmation() -> None:
    signed = version(date(2026, 2, 10), content(setup_fee=Decimal("250.00")))
    first = date(2026, 3, 17)
    inputs = ChargeInputs(
        service="it_support",
        language="lv",
        period=DateRange(from_=first, to=date(2026, 3, 31)),
        service_from=first,
        is_first=True,
        versions=(signed,),
    )
    set_up, fee = charge_lines(inputs)
    assert (set_up.text, set_up.quantity, set_up.net) == ("Pakalpojuma ierīkošanas maksa", 1, Decimal("250.00"))
    assert fee.text == "Abonēšanas maksa, Atbalsta plāns “Standarta”"
    assert (fee.quantity, fee.unit_price, fee.net) == (14, Decimal("12.50"), Decimal("84.68"))
    assert (fee.from_, fee.to) == (first, date(2026, 3, 31))
    assert sums((set_up, fee)).total == Decimal("404.96")


@pytest.mark.clause("IT-19", "IT-24.2", "IT-27")
def test_a_change_within_the_month_makes_two_lines() -> None:
    june = (date(2026, 6, 1), date(2026, 6, 30))
    before, after = version(date(2026, 2, 10), content()), version(date(2026, 6, 15), content(users=12))
    assert charged(before, after, period=june) == [
        (FEE, 14, Decimal("12.50"), date(2026, 6, 1), date(2026, 6, 14), Decimal("81.67")),
        (FEE, 12, Decimal("12.50"), date(2026, 6, 15), date(2026, 6, 30), Decimal("80.00")),
    ]


def test_a_version_that_changes_nothing_does_not_break_the_stretch() -> None:
    same = version(date(2026, 4, 10), content())
    lines = charged(version(date(2026, 2, 10), content()), same, period=APRIL)
    assert [(begin, end, net) for _, _, _, begin, end, net in lines] == [(*APRIL, Decimal("175.00"))]


def test_of_two_versions_for_one_day_the_later_binds() -> None:
    day = date(2026, 4, 10)
    versions = [version(day, content(users=5)), version(day, content(users=7)), version(date(2026, 1, 1), content())]
    assert content_on(versions, day) == content(users=7)
    assert content_on(versions, day - timedelta(days=1)) == content()
    with pytest.raises(ValueError, match="no content is in force"):
        content_on(versions, date(2025, 12, 31))


@pytest.mark.clause("IT-27")
@given(st.lists(st.tuples(st.integers(-40, 40), st.integers(1, 4)), min_size=1, max_size=8), st.integers(-45, 45))
def test_content_that_is_carried_on_says_the_same_from_its_day_on(made: list[tuple[int, int]], first: int) -> None:
    origin = date(2026, 4, 10)
    versions = [version(origin + timedelta(days=offset), content(users=users)) for offset, users in made]
    kept = versions_from(versions, origin + timedelta(days=first))
    assert [one.effective_on for one in kept] == sorted({one.effective_on for one in kept})
    assert sum(one.effective_on <= origin + timedelta(days=first) for one in kept) <= 1
    for offset in range(max(first, min(offset for offset, _ in made)), 50):
        day = origin + timedelta(days=offset)
        assert content_on(kept, day) == content_on(versions, day)


@pytest.mark.clause("IT-42")
def test_days_without_service_are_not_billed_where_the_terms_say_so() -> None:
    signed = version(date(2026, 2, 10), content())
    gap = ((date(2026, 4, 6), date(2026, 4, 20)),)
    nets = [(begin.day, end.day, net) for _, _, _, begin, end, net in charged(signed, period=APRIL, unbilled=gap)]
    # 175 × 5 ÷ 30 = 29.166…, 175 × 10 ÷ 30 = 58.333…
    assert nets == [(1, 5, Decimal("29.17")), (21, 30, Decimal("58.33"))]
    assert charged(signed, period=APRIL, unbilled=(APRIL,)) == []


def test_there_are_no_zero_lines() -> None:
    free = version(date(2026, 2, 10), content(price="0.00"))
    assert charged(free, period=APRIL, is_first=True) == []
    # 0.01 × 1 ÷ 30 rounds to nothing, so the day leaves no line.
    cheap = version(date(2026, 4, 2), content(users=1, price="0.01"))
    lines = charged(version(date(2026, 2, 10), content(users=1, price="0.01")), cheap, period=(APRIL[0], APRIL[0]))
    assert lines == []


@st.composite
def changing_content(draw: st.DrawFn) -> tuple[list[ContentVersion], tuple[date, date], list[DateRange]]:
    month = draw(MONTHS.filter(lambda day: day < date(2100, 12, 1)))
    days = st.integers(-40, 40).map(lambda offset: month + timedelta(days=offset))
    users = st.integers(1, 4)
    first = version(month - timedelta(days=41), content(users=draw(users)))
    later = [version(draw(days), content(users=draw(users))) for _ in range(draw(st.integers(0, 6)))]
    gaps = []
    for _ in range(draw(st.integers(0, 2))):
        begin, end = sorted((draw(days), draw(days)))
        gaps.append(DateRange(from_=begin, to=end))
    return [first, *later], (month, month_end(month)), gaps


@given(changing_content())
def test_stretches_cover_each_billed_day_once_under_its_content(
    case: tuple[list[ContentVersion], tuple[date, date], list[DateRange]],
) -> None:
    versions, (begin, end), gaps = case
    cut = list(stretches(versions, period=DateRange(from_=begin, to=end), unbilled=gaps))
    billed = {one.from_ + timedelta(days=offset): one.content for one in cut for offset in range(one.days)}
    for offset in range((end - begin).days + 1):
        day = begin + timedelta(days=offset)
        if any(gap.from_ <= day <= gap.to for gap in gaps):
            assert day not in billed
        else:
            assert billed.pop(day) == content_on(versions, day)
    assert not billed
    for one, following in itertools.pairwise(cut):
        assert following.from_ > one.to
        assert following.from_ - one.to > timedelta(days=1) or following.content != one.content
