"""The glossary names clauses that exist, and no Latvian term twice."""

from __future__ import annotations

from collections import Counter

from starter.coverage import checkout_root, clause_ids
from terms.catalogue import catalogue

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (checkout_root() / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("|---", "| Latvian"))
]


def test_every_row_has_a_term_a_translation_a_name_and_a_clause() -> None:
    assert len(ROWS) > 90
    assert [row for row in ROWS if len(row) != 4 or not all(row)] == []


def test_every_clause_it_names_exists() -> None:
    for term, _, _, clauses in ROWS:
        expected = [] if clauses == "—" else clauses.split(", ")
        assert clause_ids(clauses) == expected, term
        assert set(expected) <= set(catalogue()), term


def test_no_term_stands_twice() -> None:
    assert [term for term, times in Counter(row[0] for row in ROWS).items() if times > 1] == []
