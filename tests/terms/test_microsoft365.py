"""An invoice of subscriptions: its lines, what is credited of them, and the working of each figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.charges import GrantedCredit
from schemas.invoice import ChargeInputs, CreditInputs
from schemas.subscription import SubscriptionTerm
from terms.liability import liability_cap, liability_clause
from terms.pricing import lines_to_bill
from terms.proof import explains, line_proofs, recomputed
from terms.subscriptions import terms_known
from tests.terms.subscribed import a_term, credit_to, day, days, of_month, version

FROM_THE_17TH = a_term("2026-03-17", "year", (3, "12.35", "2026-03-17"))
"""3 x 12.35 = 37.05 a month; 444.60 for the term until 16 March 2027."""
BY_THE_MONTH = a_term("2026-02-10", "month", (5, "6.00", "2026-02-10"))
"""30.00, from 10 February to 9 March 2026: 20.36 and 9.64."""


def lines(inputs: ChargeInputs | CreditInputs) -> list[str]:
    made, _ = recomputed(inputs)
    return [f"{one.kind} {one.quantity} x {one.unit_price} {one.from_} {one.to} {one.net}" for one in made]


def worked(inputs: ChargeInputs | CreditInputs) -> list[tuple[tuple[str, ...], str, str]]:
    made, sums = recomputed(inputs)
    assert explains(inputs, lines=made, issued=sums)
    return [(proof.steps, proof.unrounded, f"{proof.net:.2f}") for proof in line_proofs(inputs)]


@pytest.mark.clause("M365-14", "M365-15", "M365-16", "M365-17")
def test_monthly_and_yearly_products_are_on_one_invoice() -> None:
    # March: of the monthly one 5 x 6.00 less the 20.36 of February; its next term, from the 10th, 22 of 31 days:
    # 660 / 31 = 21.290...; of the yearly one 37.05 x 15 / 31 = 17.927...
    renewed = BY_THE_MONTH.model_copy(
        update={
            "days": days("2026-03-10", "2026-04-09"),
            "added": a_term("2026-03-10", "month", (5, "6.00", "2026-03-10")).added,
        }
    )
    inputs = of_month("2026-03", FROM_THE_17TH, BY_THE_MONTH, renewed)
    assert lines(inputs) == [
        "fee 3 x 12.35 2026-03-17 2026-03-31 17.93",
        "fee 5 x 6.00 2026-03-01 2026-03-09 9.64",
        "fee 5 x 6.00 2026-03-10 2026-03-31 21.29",
    ]
    made, sums = recomputed(inputs)
    assert [line.text for line in made] == [
        "Subscription fee, Business Premium, yearly term",
        "Subscription fee, Teams Essentials, monthly term",
        "Subscription fee, Teams Essentials, monthly term",
    ]
    # 17.93 + 9.64 + 21.29 = 48.86; 21 % of it 10.2606.
    assert (sums.net, sums.vat, sums.total) == (Decimal("48.86"), Decimal("10.26"), Decimal("59.12"))


@pytest.mark.clause("M365-15", "M365-17")
def test_the_last_part_of_a_whole_term_shows_what_was_left_of_its_price() -> None:
    # 444.60 - 17.93 - 407.55 = 19.12.
    assert worked(of_month("2026-03", FROM_THE_17TH)) == [(("3 × 12.35 × 15 ÷ 31",), "17.927419…", "17.93")]
    # By days it comes to 30 x 9 / 31 = 8.71, which with 20.36 would be 29.07 and not 30.00.
    assert worked(of_month("2026-03", BY_THE_MONTH)) == [
        (
            (
                "5 × 6.00 × 1 = 30.00, their price for the term",
                "2026-02-10 - 2026-02-28: 5 × 6.00 × 19 ÷ 28 is 20.36, half-up to the cent",
                "30.00 - 20.36",
            ),
            "9.64",
            "9.64",
        )
    ]
    # A year from 20 January, 10.01 a month: 12 of 31 days 3.874... = 3.87; eleven months 110.11; the rest 6.14,
    # where 19 of 31 days are 6.135... = 6.14 too: what is by days is shown so.
    same = a_term("2026-01-20", "year", (1, "10.01", "2026-01-20"))
    assert worked(of_month("2027-01", same)) == [(("1 × 10.01 × 19 ÷ 31",), "6.135161…", "6.14")]
    # From 15 February 2027 to the 14th of a February with 29 days: 14 of 28 days 5.00, eleven months 110.00, and 5.00
    # are left, where 14 of 29 days are 4.83.
    leap = a_term("2027-02-15", "year", (1, "10.00", "2027-02-15"))
    assert worked(of_month("2028-02", leap)) == [
        (
            (
                "1 × 10.00 × 12 = 120.00, their price for the term",
                "2027-02-15 - 2027-02-28: 1 × 10.00 × 14 ÷ 28 is 5.00, half-up to the cent",
                "2027-03-01 - 2028-01-31: 11 × 1 × 10.00 = 11 × 10.00 = 110.00",
                "120.00 - 5.00 - 110.00",
            ),
            "5.00",
            "5.00",
        )
    ]


@pytest.mark.clause("M365-15")
def test_a_term_within_one_month_is_its_price() -> None:
    # The second month of what began on 31 January is 1 to 30 March (exact rule 7): 30 of 31 days, the whole price.
    second = a_term("2026-03-01", "month", (2, "8.00", "2026-03-01")).model_copy(
        update={"days": days("2026-03-01", "2026-03-30")}
    )
    assert worked(of_month("2026-03", second)) == [(("2 × 8.00 × 1",), "16.00", "16.00")]


@pytest.mark.clause("M365-15", "M365-21.1")
def test_licences_added_on_the_17th_have_a_line_of_their_own() -> None:
    # Two more from 17 April: 2 x 12.35 x 14 / 30 = 11.526...
    more = a_term("2026-03-17", "year", (3, "12.35", "2026-03-17"), (2, "12.35", "2026-04-17"))
    assert lines(of_month("2026-04", more)) == [
        "fee 3 x 12.35 2026-04-01 2026-04-30 37.05",
        "fee 2 x 12.35 2026-04-17 2026-04-30 11.53",
    ]
    # To the term's end, by days: 24.70 x 16 / 31 = 12.748...
    assert worked(of_month("2027-03", more))[1] == (("2 × 12.35 × 16 ÷ 31",), "12.748387…", "12.75")


@pytest.mark.clause("M365-24")
def test_the_rest_of_a_term_shows_what_was_charged_for_those_who_leave() -> None:
    # 10 from 17 March, 4 leave on 20 June. March: 123.50 x 15 / 31 = 59.758..., of the 6 that stay 74.10 x 15 / 31 =
    # 35.854...: 23.91 were theirs, and 3 x 49.40 = 148.20 in April to June; of 592.80 are left 420.69.
    leaving = a_term("2026-03-17", "year", (10, "12.35", "2026-03-17"), left=((4, "2026-06-20"),))
    inputs = of_month("2026-06", leaving)
    assert lines(inputs) == [
        "fee 10 x 12.35 2026-06-01 2026-06-30 123.50",
        "rest_of_term 4 x 12.35 2026-07-01 2027-03-16 420.69",
    ]
    assert worked(inputs)[1] == (
        (
            "4 × 12.35 × 12 = 592.80, their price for the term",
            "2026-03-17 - 2026-03-31: 10 × 12.35 × 15 ÷ 31 is 59.76, 6 × 12.35 × 15 ÷ 31 is 35.85, "
            "each half-up to the cent: 23.91",
            "2026-04-01 - 2026-06-30: 3 × 4 × 12.35 = 3 × 49.40 = 148.20",
            "592.80 - 23.91 - 148.20",
        ),
        "420.69",
        "420.69",
    )
    made, _ = recomputed(inputs)
    assert made[1].text == "Subscription fee for the rest of the term, Business Premium, yearly term"


@pytest.mark.clause("M365-24")
def test_the_rest_of_licences_added_later_shows_the_parts_that_are_left() -> None:
    # Five from 17 April; two of them leave on 3 May. June to February: 9 x 24.70 = 222.30. March: 61.75 x 16 / 31 =
    # 31.870..., of the three that stay 37.05 x 16 / 31 = 19.122...: 12.75.
    leaving = a_term(
        "2026-03-17", "year", (3, "12.35", "2026-03-17"), (5, "12.35", "2026-04-17"), left=((2, "2026-05-03"),)
    )
    assert worked(of_month("2026-05", leaving))[2] == (
        (
            "2026-06-01 - 2027-02-28: 9 × 2 × 12.35 = 9 × 24.70 = 222.30",
            "2027-03-01 - 2027-03-16: 5 × 12.35 × 16 ÷ 31 is 31.87, 3 × 12.35 × 16 ÷ 31 is 19.12, "
            "each half-up to the cent: 12.75",
            "222.30 + 12.75",
        ),
        "235.05",
        "235.05",
    )


@pytest.mark.clause("M365-20")
def test_days_not_served_are_credited_on_their_invoice_and_the_fee_stays_whole() -> None:
    # 5 to 7 April and the 7th again: three days. 37.05 x 3 / 30 = 3.705: 3.71.
    gaps = (days("2026-04-05", "2026-04-07"), days("2026-04-07", "2026-04-07"))
    inputs = of_month("2026-04", FROM_THE_17TH, unbilled=gaps)
    assert lines(inputs) == [
        "fee 3 x 12.35 2026-04-01 2026-04-30 37.05",
        "credit -3 x 12.35 2026-04-05 2026-04-07 -3.71",
    ]
    assert worked(inputs)[1] == (("-3 × 12.35 × 3 ÷ 30",), "-3.705", "-3.71")
    made, _ = recomputed(inputs.model_copy(update={"language": "lv"}))
    assert made[1].text == "Pārrēķins par nesniegto Pakalpojumu"


@pytest.mark.clause("M365-20", "M365-44.1")
def test_a_month_without_any_service_that_is_not_billed_has_no_invoice() -> None:
    # Also where its part takes the rest: all its days are all of it.
    whole = days("2026-03-01", "2027-12-31")
    inputs = of_month("2026-03", BY_THE_MONTH, unbilled=(whole,))
    assert lines(inputs) == ["fee 5 x 6.00 2026-03-01 2026-03-09 9.64", "credit -5 x 6.00 2026-03-01 2026-03-09 -9.64"]
    assert lines_to_bill(inputs) == ()


@pytest.mark.clause("M365-20")
def test_days_of_what_was_left_of_a_terms_price_are_a_share_of_that() -> None:
    # 4 of 9 days of 9.64: 4.284... By days they would be 30 x 4 / 31 = 3.87.
    credit = GrantedCredit(id="1", from_=day("2026-03-02"), to=day("2026-03-05"))
    inputs = of_month("2026-03", BY_THE_MONTH, credits=(credit,))
    steps = "2026-03-01 - 2026-03-09 cost 9.64, what was left of the term's price"
    assert worked(inputs)[1] == ((steps, "-9.64 × 4 ÷ 9"), "-4.284444…", "-4.28")
    note = credit_to(of_month("2026-03", BY_THE_MONTH), credit)
    assert lines(note) == ["credit 5 x 6.00 2026-03-02 2026-03-05 4.28"]
    assert worked(note) == [((steps, "9.64 × 4 ÷ 9"), "4.284444…", "4.28")]


@pytest.mark.clause("M365-20")
def test_no_more_than_a_part_cost_is_ever_given_back() -> None:
    # From 10 March, 30.00: 22 of 31 days are 21.29, and 8.71 are left for 1 to 9 April, where 9 of 30 days are 9.00.
    term = a_term("2026-03-10", "month", (5, "6.00", "2026-03-10"))
    april = of_month("2026-04", term)
    all_of_it = GrantedCredit(id="1", from_=day("2026-04-01"), to=day("2026-04-09"))
    assert lines(credit_to(april, all_of_it)) == ["credit 5 x 6.00 2026-04-01 2026-04-09 8.71"]
    # And of days that are unbilled already nothing more.
    unbilled = april.model_copy(update={"unbilled": (days("2026-04-01", "2026-04-05"),)})
    # 8.71 x 5 / 9 = 4.838... = 4.84, which leaves 3.87.
    assert lines(credit_to(unbilled, all_of_it)) == ["credit 1 x 3.87 2026-04-01 2026-04-09 3.87"]


@pytest.mark.clause("M365-24", "M365-46")
def test_the_month_in_which_a_contract_ends_is_charged_undivided() -> None:
    # The last service day is 20 June; July to February are 8 x 37.05 = 296.40, and March takes the 19.12 that are left.
    ended = a_term("2026-03-17", "year", (3, "12.35", "2026-03-17"), left=((3, "2026-06-20"),))
    after = days("2026-06-21", "2030-01-01")
    inputs = of_month("2026-06", ended, period=days("2026-06-01", "2026-06-20"), unbilled=(after,))
    assert lines(inputs) == [
        "fee 3 x 12.35 2026-06-01 2026-06-30 37.05",
        "rest_of_term 3 x 12.35 2026-07-01 2027-03-16 315.52",
    ]


@pytest.mark.clause("M365-43")
def test_liability_is_limited_to_the_fees_of_the_periods_running_on_a_day() -> None:
    # Monthly: 30.00 until 9 March. Yearly, until 28 February 2027: 3 x 12.35 x 12 = 444.60, and for the two from
    # 17 April 24.70 x 14 / 30 = 11.526... = 11.53 and ten months of 24.70: 258.53, together 703.13.
    terms = (
        a_term("2026-03-01", "year", (3, "12.35", "2026-03-01"), (2, "12.35", "2026-04-17"), left=((1, "2026-05-01"),)),
        BY_THE_MONTH,
    )
    assert cap("2026-02-09", *terms) == "0.00"
    assert cap("2026-02-10", *terms) == "30.00"
    assert cap("2026-03-09", *terms) == "474.60"
    assert cap("2026-03-10", *terms) == "444.60"
    # Those who leave early pay their period all the same.
    assert cap("2026-04-17", *terms) == cap("2026-05-02", *terms) == "703.13"
    assert cap("2027-03-01", *terms) == "0.00"
    assert liability_clause("microsoft365") == "M365-43"
    with pytest.raises(ValueError, match="no content is in force"):
        cap("2025-12-31", *terms)


def cap(on: str, *terms: SubscriptionTerm) -> str:
    return f"{liability_cap([version()], on=day(on), terms=terms):.2f}"


def test_of_a_term_told_of_twice_the_later_is_known() -> None:
    more = FROM_THE_17TH.model_copy(update={"added": (*FROM_THE_17TH.added, *FROM_THE_17TH.added)})
    assert terms_known([FROM_THE_17TH, BY_THE_MONTH, more]) == (BY_THE_MONTH, more)
