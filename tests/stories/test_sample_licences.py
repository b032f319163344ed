"""The two samples of licences, and what each of their invoices says, worked out by hand (M365-14 to M365-24)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from schemas.reading import read_document
from tests.stories.play import Play

pytestmark = pytest.mark.long

SAMPLES = Path(__file__).parents[2] / "samples"


def sample(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its contract and its scenario."""
    contract, scenario = (
        read_document((SAMPLES / f"{name}.{kind}.yaml").read_bytes(), what=kind) for kind in ("contract", "scenario")
    )
    return dict(contract), dict(scenario)


@pytest.mark.clause("M365-14", "M365-16", "M365-21.1", "M365-21.2", "M365-25")
async def test_the_sample_of_more_fewer_and_dearer_licences(play: Play) -> None:
    story = await play(*sample("06-licences"), date(2027, 3, 2))
    # Standard, 8 x 12.35 = 98.80 a month from 12 February on: 98.80 x 17 / 28 = 59.9857. Two more from 17 March:
    # 24.70 x 15 / 31 = 11.9516. Basic, 5 x 6.10 = 30.50: x 17 / 28 = 18.5179, its month's rest 30.50 - 18.52 = 11.98,
    # and 20 days of the next, 30.50 x 20 / 31 = 19.6774.
    assert story.lines("2026-02") == [
        "8 x 12.35, 2026-02-12..2026-02-28: 59.99",
        "5 x 6.10, 2026-02-12..2026-02-28: 18.52",
    ]
    assert story.lines("2026-03") == [
        "8 x 12.35, 2026-03-01..2026-03-31: 98.80",
        "2 x 12.35, 2026-03-17..2026-03-31: 11.95",
        "5 x 6.10, 2026-03-01..2026-03-11: 11.98",
        "5 x 6.10, 2026-03-12..2026-03-31: 19.68",
    ]
    # Dearer from the renewal of 12 October: September had 30.50 x 19 / 30 = 19.3167, the rest is 30.50 - 19.32 = 11.18;
    # then 5 x 6.60 = 33.00 x 20 / 31 = 21.2903.
    assert story.lines("2026-10") == [
        "8 x 12.35, 2026-10-01..2026-10-31: 98.80",
        "2 x 12.35, 2026-10-01..2026-10-31: 24.70",
        "5 x 6.10, 2026-10-01..2026-10-11: 11.18",
        "5 x 6.60, 2026-10-12..2026-10-31: 21.29",
    ]
    # Fewer from 12 November: 33.00 - 21.29 = 11.71; 3 x 6.60 = 19.80 x 19 / 30 = 12.54.
    assert story.lines("2026-11") == [
        "8 x 12.35, 2026-11-01..2026-11-30: 98.80",
        "2 x 12.35, 2026-11-01..2026-11-30: 24.70",
        "5 x 6.60, 2026-11-01..2026-11-11: 11.71",
        "3 x 6.60, 2026-11-12..2026-11-30: 12.54",
    ]
    # The last days: of the year 98.80 x 12 - 59.99 - 11 x 98.80 = 38.81; 24.70 x 11 / 28 = 9.7036; January had 19.80 x
    # 20 / 31 = 12.7742 of the last month, 19.80 - 12.77 = 7.03.
    assert story.lines("2027-02") == [
        "8 x 12.35, 2027-02-01..2027-02-11: 38.81",
        "2 x 12.35, 2027-02-01..2027-02-11: 9.70",
        "3 x 6.60, 2027-02-01..2027-02-11: 7.03",
    ]
    assert len(story.invoices()) == 13
    assert story.data("contract.ended") == [{"reason": "period_ended", "on": "2027-02-11"}]
    assert len(story.told("contract.closed")) == 1


@pytest.mark.clause("M365-14", "M365-16", "M365-24", "M365-44.1", "M365-48.3")
async def test_the_sample_that_is_terminated_with_the_rest_of_its_year(play: Play) -> None:
    story = await play(*sample("07-licences-unpaid"), date(2026, 9, 30))
    # Premium, 3 x 22.40 = 67.20 from 16 March on: x 16 / 31 = 34.6839. Basic, 6 x 6.10 = 36.60: x 16 / 31 = 18.8903.
    assert story.lines("2026-03") == [
        "3 x 22.40, 2026-03-16..2026-03-31: 34.68",
        "6 x 6.10, 2026-03-16..2026-03-31: 18.89",
    ]
    # 36.60 - 18.89 = 17.71; two more for eight days of 30, 12.20 x 8 / 30 = 3.2533; 8 x 6.10 = 48.80 x 15 / 30 = 24.40.
    assert story.lines("2026-04") == [
        "3 x 22.40, 2026-04-01..2026-04-30: 67.20",
        "6 x 6.10, 2026-04-01..2026-04-15: 17.71",
        "2 x 6.10, 2026-04-08..2026-04-15: 3.25",
        "8 x 6.10, 2026-04-16..2026-04-30: 24.40",
    ]
    # 48.80 - 24.40, and 48.80 x 16 / 31 = 25.1871.
    assert story.lines("2026-05") == [
        "3 x 22.40, 2026-05-01..2026-05-31: 67.20",
        "8 x 6.10, 2026-05-01..2026-05-15: 24.40",
        "8 x 6.10, 2026-05-16..2026-05-31: 25.19",
    ]
    # 48.80 - 25.19 = 23.61, and nothing renews on 16 June. Terminated on the 26th: June undivided, and with it the rest
    # of the year, 67.20 x 12 - 34.68 - 3 x 67.20 = 570.12.
    assert story.lines("2026-06") == [
        "3 x 22.40, 2026-06-01..2026-06-30: 67.20",
        "3 x 22.40, 2026-07-01..2027-03-15: 570.12",
        "8 x 6.10, 2026-06-01..2026-06-15: 23.61",
    ]
    # 67.20 + 570.12 + 23.61 = 660.93 x 0.21 = 138.7953.
    assert story.invoices()[-1] == "2026-06-01..2026-06-26 net 660.93 vat 138.80 total 799.73 due 2026-07-11"
    assert len(story.told("contract.closed")) == 1
