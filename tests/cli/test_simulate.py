"""`ligums simulate`: a contract's whole life, to the cent, with nothing left behind."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.support import command, environment, eventually, json_lines, ligums, sample

pytestmark = pytest.mark.real

FIRST_INVOICE = {
    # 17 to 31 March are 15 of 31 days: 14 x 12.50 x 15/31 = 84.677..., so 84.68. With 250.00 for setting up:
    # 334.68, of which 21 % are 70.2828, so 70.28. Due 14 days after 1 April.
    "at": "2026-04-01T06:00:00+03:00",
    "event": "invoice.issued",
    "clauses": ["IT-19", "IT-18", "IT-20"],
    "by": "system",
    "data": {
        "number": "IT-2026-000101-2026-000001",
        "from": "2026-03-17",
        "to": "2026-03-31",
        "lines": [
            {
                "text": "Pakalpojuma ierīkošanas maksa",
                "quantity": 1,
                "unit_price": "250.00",
                "from": "2026-03-17",
                "to": "2026-03-17",
                "net": "250.00",
            },
            {
                "text": "Abonēšanas maksa, Atbalsta plāns “Standarta”",
                "quantity": 14,
                "unit_price": "12.50",
                "from": "2026-03-17",
                "to": "2026-03-31",
                "net": "84.68",
            },
        ],
        "net": "334.68",
        "vat": "70.28",
        "total": "404.96",
        "due_on": "2026-04-15",
    },
}


@pytest.mark.clause("IT-18", "IT-19", "IT-20")
def test_the_json_lines_are_the_timeline_to_the_cent_and_nothing_else(folder: Path) -> None:
    contract, scenario = sample("01-pays-on-time")
    result = ligums("simulate", contract, "--scenario", scenario, "--json", TMPDIR=str(folder))

    assert result.returncode == 0, result.stderr
    events = json_lines(result.stdout)
    assert all(set(event) == {"at", "event", "clauses", "by", "data"} for event in events)
    assert [(event["at"], event["event"]) for event in events[:9]] == [
        ("2026-02-10T11:20:00+02:00", "contract.signed"),
        ("2026-02-16T09:00:00+02:00", "onboarding.agreed"),
        ("2026-03-16T15:00:00+02:00", "audit.recorded"),
        ("2026-03-17T14:00:00+02:00", "rmm.installed"),
        ("2026-03-17T14:00:00+02:00", "service.confirmed"),
        ("2026-03-17T14:00:00+02:00", "audit_report.sent"),
        ("2026-04-01T06:00:00+03:00", "invoice.issued"),
        ("2026-04-15T12:00:00+03:00", "payment.recorded"),
        ("2026-04-15T12:00:00+03:00", "invoice.paid"),
    ]
    assert events[6] == FIRST_INVOICE
    assert (events[-1]["at"], events[-1]["event"]) == ("2027-06-15T12:00:00+03:00", "contract.closed")
    assert list(folder.iterdir()) == []


@pytest.mark.long
def test_people_read_a_dated_line_an_event_and_the_sum_of_the_contracts_life() -> None:
    contract, scenario = sample("02-never-pays")
    result = ligums("simulate", contract, "--scenario", scenario, "--until", "2026-05-01")

    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    # 9 to 31 March are 23 of 31 days: 5 x 9.90 x 23/31 = 36.725..., so 36.73; with 120.00 and 21 %: 189.64.
    invoice = next(line for line in lines if line.startswith("2026-04-01 06:00"))
    assert invoice.split() == [
        *("2026-04-01", "06:00", "Invoice", "IT-2026-000102-2026-000001", "for", "2026-03-09", "-", "2026-03-31,"),
        *("due", "2026-04-15", "189.64", "IT-19,", "IT-18,", "IT-20"),
    ]
    assert any(line.split() == ["2026-04-26", "06:00", "Service", "suspended:", "unpaid", "IT-40.1"] for line in lines)
    # The invoice of 1 May is the last event: April whole, 49.50 and 21 % of it are 59.895, so 59.90 (10.395 is 10.40).
    assert [line.split() for line in lines[-6:]] == [
        ["Billed", "249.54", "EUR"],
        ["Paid", "0.00", "EUR"],
        ["Written", "off", "0.00", "EUR"],
        ["Owed", "249.54", "EUR"],
        ["Ended", "not", "yet"],
        ["Closed", "not", "yet"],
    ]
    assert not any(line.startswith("2026-05-1") for line in lines)


@pytest.mark.long
def test_without_a_scenario_nobody_acts() -> None:
    result = ligums("simulate", sample("04-gives-notice")[0], "--json", "--until", "2026-06-30")

    assert result.returncode == 0, result.stderr
    assert [(event["at"], event["event"]) for event in json_lines(result.stdout)] == [
        ("2026-01-31T10:15:00+02:00", "contract.signed")
    ]


@pytest.mark.long
def test_a_stopped_simulation_leaves_nothing_behind(folder: Path) -> None:
    words = command("simulate", sample("01-pays-on-time")[0], "--until", "2060-01-01")
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env=environment(TMPDIR=str(folder)))
    eventually(lambda: any(folder.glob("ligums-simulate-*/postgres/data")), "the simulation starts")
    process.send_signal(signal.SIGTERM)

    assert process.wait(20) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []
