"""The catalogue holds every clause once, each with a title for a table and a statement."""

from __future__ import annotations

from collections import Counter

import pytest

from terms.catalogue import UnknownClause, catalogue, clause


def test_each_text_has_all_its_clauses() -> None:
    expected = {"it_support": 114, "microsoft365": 46, "hosting": 16, "guidelines": 33, "privacy": 13}
    assert Counter(entry.service for entry in catalogue().values()) == expected


def test_the_contract_and_its_annexes_have_all_their_clauses() -> None:
    families = Counter(id_.split("-")[0] for id_ in catalogue())
    assert families == {"IT": 90, "DPA": 24, "M365": 46, "HOST": 16, "GUIDE": 33, "PRIV": 13}


@pytest.mark.parametrize(
    ("clause_id", "service", "title"),
    [
        ("IT-P1.contact", "it_support", "Parties and contacts"),
        ("IT-24.2", "it_support", "Change of users"),
        ("IT-40.1", "it_support", "Suspension for non-payment"),
        ("IT-41.mutual", "it_support", "End by mutual agreement"),
        ("IT-A2.20", "it_support", "Stored credentials"),
        ("DPA-I.1.1", "it_support", "30 days to stop processing"),
        ("DPA-II.3.2", "it_support", "Erasure and hand-over"),
        ("M365-21.2", "microsoft365", "Fewer licences or other product"),
        ("M365-51.3.2", "microsoft365", "Written processing instructions"),
        ("HOST-2.12", "hosting", "Monthly availability"),
        ("GUIDE-3.1g", "guidelines", "Accountable processing"),
        ("PRIV-835.2", "privacy", "Marketing consent stands apart"),
    ],
)
def test_a_clause_is_found_by_its_exact_id(clause_id: str, service: str, title: str) -> None:
    found = clause(clause_id)
    assert (found.id, found.service, found.title) == (clause_id, service, title)


@pytest.mark.parametrize(
    ("clause_id", "figure"),
    [
        ("IT-40.1", "11th day"),
        ("IT-43.2", "31st"),
        ("IT-44", "30 days"),
        ("IT-6", "6 months"),
        ("IT-26", "30 days"),
        ("IT-39", "12 times"),
        ("IT-P2.visits", "15 minutes"),
        ("M365-3", "3 working days"),
        ("M365-10", "5 working days"),
        ("M365-21.2", "5 days before"),
        ("M365-25", "10 days"),
        ("HOST-2.9", "30 days"),
        ("HOST-3", "18 months"),
        ("DPA-I.1.1", "30 days"),
        ("DPA-I.1.2", "10 working days"),
        ("GUIDE-18h", "12 months"),
        ("GUIDE-21", "72 hours"),
    ],
)
def test_a_clause_keeps_the_figure_it_turns_on(clause_id: str, figure: str) -> None:
    assert figure in clause(clause_id).does


def test_every_title_fits_a_table_and_every_statement_is_a_sentence() -> None:
    for entry in catalogue().values():
        assert 2 <= len(entry.title.split()) <= 6, entry.id
        assert len(entry.title) <= 40, entry.id
        assert entry.does.endswith("."), entry.id
        assert "\n" not in entry.does, entry.id


def test_no_statement_names_a_clause_that_does_not_exist() -> None:
    from starter.coverage import clause_ids

    named = {id_ for entry in catalogue().values() for id_ in clause_ids(entry.does)}
    assert "IT-40.2" in named
    assert named <= set(catalogue())


@pytest.mark.parametrize("clause_id", ["IT-40", "IT-40.12", "it-40.1", "IT-40.1 ", ""])
def test_any_other_id_is_refused(clause_id: str) -> None:
    with pytest.raises(UnknownClause, match="is not a clause of the catalogue"):
        clause(clause_id)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        catalogue()["IT-40.1"] = clause("IT-16")  # type: ignore[index]
