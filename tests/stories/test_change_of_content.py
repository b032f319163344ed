"""Changes that the customer asks for: users from a day on, once a month; a plan only once both have signed."""

from __future__ import annotations

from datetime import date

import pytest

from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play

SIGNED = "2026-03-20T10:00:00+02:00"
ANNA = "anna@example.lv"
DIANA = "diana@example.lv"


@pytest.mark.clause("IT-18", "IT-19", "IT-24", "IT-24.2", "IT-25", "IT-27", "IT-T.fee")
async def test_users_changed_within_a_month_are_two_lines(play: Play) -> None:
    # June: 124.00 x 14 / 30 = 57.8667 -> 57.87 and 12 x 12.40 x 16 / 30 = 148.80 x 16 / 30 = 79.36; 137.23 x 0.21 =
    # 28.8183 -> 28.82. July: 148.80, VAT 31.248 -> 31.25.
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-10T10:00", "request_change", from_email=ANNA, users=12, effective_on="2026-06-15"),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("change.requested", "content.changed", "change.refused") == [
        "2026-06-10T10:00:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-06-15T06:00:00+03:00 content.changed IT-24.2,IT-27",
    ]
    assert story.lines("2026-06") == [
        "10 x 12.40, 2026-06-01..2026-06-14: 57.87",
        "12 x 12.40, 2026-06-15..2026-06-30: 79.36",
    ]
    assert story.invoices()[2:] == [
        "2026-06-01..2026-06-30 net 137.23 vat 28.82 total 166.05 due 2026-07-15",
        "2026-07-01..2026-07-31 net 148.80 vat 31.25 total 180.05 due 2026-08-15",
    ]


@pytest.mark.clause("IT-24", "IT-24.2", "IT-25", "IT-28")
async def test_a_second_change_in_a_month_a_stranger_and_the_past_are_refused(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-03T10:00", "request_change", from_email=DIANA, users=12, effective_on="2026-06-03"),
            act("2026-06-04T10:00", "request_change", from_email=ANNA, users=12, effective_on="2026-06-03"),
            act("2026-06-05T10:00", "request_change", from_email=ANNA, users=12, effective_on="2026-06-05"),
            act("2026-06-30T10:00", "request_change", from_email=ANNA, users=13, effective_on="2026-06-30"),
            act("2026-07-01T10:00", "request_change", signed_by="Anna B.", users=13, effective_on="2026-07-01"),
            payer="on_time",
        ),
        date(2026, 7, 31),
    )
    assert story.told("change.requested", "change.refused", "content.changed", "act.refused") == [
        "2026-06-03T10:00:00+03:00 change.refused IT-24,IT-28",
        "2026-06-04T10:00:00+03:00 change.refused IT-24,IT-27",
        "2026-06-05T10:00:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-06-05T10:00:00+03:00 content.changed IT-24.2,IT-27",
        "2026-06-30T10:00:00+03:00 change.refused IT-24.2",
        "2026-07-01T10:00:00+03:00 change.requested IT-24,IT-24.2,IT-25,IT-28",
        "2026-07-01T10:00:00+03:00 content.changed IT-24.2,IT-27",
    ]
    # June: 124.00 x 4 / 30 = 16.5333 and 148.80 x 26 / 30 = 128.96.
    assert story.lines("2026-06") == [
        "10 x 12.40, 2026-06-01..2026-06-04: 16.53",
        "12 x 12.40, 2026-06-05..2026-06-30: 128.96",
    ]


@pytest.mark.clause("IT-24.1", "IT-27")
async def test_another_plan_waits_for_both_signatures(play: Play) -> None:
    # Asked for 5 June, signed 20 June for 1 July: 8 x 21.75 = 174.00, VAT 36.54.
    content = {"plan": "Paplašinātā", "period_months": 12, "users": 8, "price_per_user": "21.75"}
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-03T10:00", "request_change", from_email=ANNA, plan="Paplašinātā", effective_on="2026-06-05"),
            act("2026-06-10T10:00", "request_change", from_email=ANNA, plan="Pamata", effective_on="2026-06-12"),
            act("2026-06-20T10:00", "sign_new_content", content=content, effective_on="2026-07-01"),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("change.requested", "change.refused", "content.changed", "act.refused") == [
        "2026-06-03T10:00:00+03:00 change.requested IT-24,IT-24.1,IT-25,IT-28",
        "2026-06-10T10:00:00+03:00 change.refused IT-24.1",
        "2026-07-01T06:00:00+03:00 content.changed IT-24.1,IT-27",
    ]
    assert story.invoices()[2:] == [
        "2026-06-01..2026-06-30 net 124.00 vat 26.04 total 150.04 due 2026-07-15",
        "2026-07-01..2026-07-31 net 174.00 vat 36.54 total 210.54 due 2026-08-15",
    ]


@pytest.mark.long
@pytest.mark.clause("IT-24.2", "IT-26", "IT-27")
async def test_changes_for_the_same_day_come_in_the_order_they_were_made(play: Play) -> None:
    # One change of users asked for in June, one in July, and between them an announced price, all for 10 July:
    # 124.00 x 9 / 31 = 36.00, then 13 x 13.00 = 169.00 x 22 / 31 = 119.9355 -> 119.94.
    def asks(at: str, users: int) -> dict[str, object]:
        return act(at, "request_change", from_email=ANNA, users=users, effective_on="2026-07-10")

    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            asks("2026-06-05T10:00", 12),
            act("2026-06-10T10:00", "announce_change", changes={"price_per_user": "13.00"}, effective_on="2026-07-10"),
            asks("2026-07-05T10:00", 13),
            payer="on_time",
        ),
        date(2026, 8, 1),
    )
    assert story.told("content.changed") == [
        "2026-07-10T06:00:00+03:00 content.changed IT-24.2,IT-27",
        "2026-07-10T06:00:00+03:00 content.changed IT-26,IT-27",
        "2026-07-10T06:00:00+03:00 content.changed IT-24.2,IT-27",
    ]
    assert [(each["users"], each["price_per_user"]) for each in story.data("content.changed")] == [
        (12, "12.40"),
        (12, "13.00"),
        (13, "13.00"),
    ]
    assert story.lines("2026-07") == [
        "10 x 12.40, 2026-07-01..2026-07-09: 36.00",
        "13 x 13.00, 2026-07-10..2026-07-31: 119.94",
    ]


@pytest.mark.clause("IT-24.1", "IT-25", "IT-26")
async def test_content_that_cannot_be_is_refused_by_its_fields(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-06-01T10:00", "announce_change", changes={"prise": "13.00"}, effective_on="2026-07-10"),
            act("2026-06-01T10:01", "sign_new_content", content={"plan": "Pamata"}, effective_on="2026-07-01"),
            act("2026-06-01T10:02", "request_change", from_email=ANNA, users=-1, effective_on="2026-07-01"),
            act("2026-06-01T10:03", "request_change", from_email=ANNA, effective_on="2026-07-01"),
            act("2026-06-01T10:04", "request_change", users=3, effective_on="2026-07-01"),
            payer="on_time",
        ),
        date(2026, 6, 1),
    )
    assert story.told("act.refused", "change.refused", "change.requested", "change.announced") == [
        "2026-06-01T10:00:00+03:00 act.refused IT-27",
        "2026-06-01T10:01:00+03:00 act.refused IT-27",
        "2026-06-01T10:02:00+03:00 change.refused IT-24,IT-28",
        "2026-06-01T10:03:00+03:00 change.refused IT-24,IT-28",
        "2026-06-01T10:04:00+03:00 change.refused IT-24,IT-28",
    ]
    announced, signed = [each["reason"] for each in story.data("act.refused")]
    assert announced.startswith("changes.prise: ")
    assert "content.users: " in signed
    assert "content.price_per_user: " in signed
