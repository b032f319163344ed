"""Clause ids are found as whole tokens, and each use is told by the place a reader would look at."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from starter.coverage import (
    CODE_FOLDERS,
    ClauseCoverage,
    NoCheckout,
    UnknownClauseUse,
    checkout_root,
    clause_ids,
    coverage,
    render,
    unknown_clause_uses,
)
from terms.catalogue import catalogue


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in (*CODE_FOLDERS, "tests"):
        (tmp_path / folder).mkdir()
    return tmp_path


def row(rows: list[ClauseCoverage], clause_id: str) -> ClauseCoverage:
    return next(row for row in rows if row.clause.id == clause_id)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Suspension on the 11th day (IT-40.1, IT-16).", ["IT-40.1", "IT-16"]),
        ("IT-4", ["IT-4"]),
        ("IT-40.1", ["IT-40.1"]),
        ("IT-40.12", ["IT-40.12"]),
        ("Ends the contract under IT-41.mutual.", ["IT-41.mutual"]),
        ("IT-41.", ["IT-41"]),
        ("IT-43.1..IT-43.6", ["IT-43.1", "IT-43.6"]),
        ("IT-P1.contact/IT-A2.7;IT-T.fee", ["IT-P1.contact", "IT-A2.7", "IT-T.fee"]),
        ("M365-51.3.2 and DPA-II.2.1, GUIDE-3.1g", ["M365-51.3.2", "DPA-II.2.1", "GUIDE-3.1g"]),
        ("contract/IT-2026-000123", []),
        ("IT-2026-1 of the IT-support desk, HOST-name", []),
        ("AUDIT-6, X.IT-6, it-6", []),
    ],
)
def test_ids_are_whole_tokens(text: str, ids: list[str]) -> None:
    assert clause_ids(text) == ids


def test_every_id_of_the_catalogue_is_read_whole() -> None:
    for clause_id in catalogue():
        assert clause_ids(f"({clause_id}).") == [clause_id]


def test_code_is_told_by_its_innermost_scope(tree: Path) -> None:
    (tree / "terms" / "overdue.py").write_text(
        '"""Claims (IT-22)."""\n'
        "class Overdue(Base, clauses=('IT-40.1',)):\n"
        "    def day(self) -> int:\n"
        '        """The 11th day (IT-40.1)."""\n'
        "        def inner() -> str:\n"
        '            return f"IT-16 {self}"\n'
        '        return ("IT-40.1", inner)\n'
        "# IT-19 in a comment is no evidence\n",
        encoding="utf-8",
    )
    rows = coverage(tree)
    assert row(rows, "IT-22").honoured_by == ("terms/overdue.py",)
    assert row(rows, "IT-40.1").honoured_by == (
        "terms/overdue.py:Overdue",
        "terms/overdue.py:Overdue.day",
    )
    assert row(rows, "IT-16").honoured_by == ("terms/overdue.py:Overdue.day.inner",)
    assert row(rows, "IT-19").honoured_by == ()
    assert row(rows, "IT-40.2").honoured_by == ()


def test_code_is_read_from_every_folder_and_below_it(tree: Path) -> None:
    for folder in CODE_FOLDERS:
        (tree / folder / "deeper").mkdir()
        (tree / folder / "deeper" / "a.py").write_text("RULE = 'IT-5'\n", encoding="utf-8")
    expected = tuple(f"{folder}/deeper/a.py" for folder in CODE_FOLDERS)
    assert row(coverage(tree), "IT-5").honoured_by == expected


def test_the_catalogue_itself_is_no_evidence(tree: Path) -> None:
    (tree / "terms" / "catalogue.py").write_text("EXAMPLE = 'IT-5'\n", encoding="utf-8")
    assert row(coverage(tree), "IT-5").honoured_by == ()


def test_tests_show_clauses_by_marks_on_function_class_and_module(tree: Path) -> None:
    (tree / "tests" / "test_module.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.real, pytest.mark.clause('IT-19')]\n"
        "@pytest.mark.clause('IT-40.1', 'IT-16')\n"
        "async def test_one(): ...\n"
        "@pytest.mark.clause('IT-22')\n"
        "class TestLife:\n"
        "    pytestmark = pytest.mark.clause('IT-20')\n"
        "    @pytest.mark.parametrize('n', [pytest.param(1, marks=pytest.mark.clause('IT-5'))])\n"
        "    def test_two(self, n): ...\n"
        "    def helper(self): 'IT-6'\n"
        "def helper(): 'IT-6'\n",
        encoding="utf-8",
    )
    rows = coverage(tree)
    one, two = "tests/test_module.py::test_one", "tests/test_module.py::TestLife::test_two"
    assert row(rows, "IT-19").shown_by == (one, two)
    assert row(rows, "IT-40.1").shown_by == row(rows, "IT-16").shown_by == (one,)
    assert row(rows, "IT-22").shown_by == row(rows, "IT-20").shown_by == row(rows, "IT-5").shown_by == (two,)
    assert row(rows, "IT-6").shown_by == ()


def test_unknown_ids_are_told_with_their_line(tree: Path) -> None:
    (tree / "workflows" / "a.py").write_text(
        '"""A life.\n\nUnder IT-40 and IT-40.1.\n"""\n\nRULE = "IT-99"\n', encoding="utf-8"
    )
    (tree / "tests" / "test_a.py").write_text(
        "import pytest\n@pytest.mark.clause('IT-5', *MORE)\n@pytest.mark.clause('suspension')\ndef test_a(): ...\n",
        encoding="utf-8",
    )
    assert unknown_clause_uses(tree) == [
        UnknownClauseUse(path="tests/test_a.py", line=2, id="*MORE"),
        UnknownClauseUse(path="tests/test_a.py", line=3, id="suspension"),
        UnknownClauseUse(path="workflows/a.py", line=3, id="IT-40"),
        UnknownClauseUse(path="workflows/a.py", line=6, id="IT-99"),
    ]


def test_every_clause_has_a_row_even_where_nothing_answers_for_it(tree: Path) -> None:
    rows = coverage(tree)
    assert [row.clause.id for row in rows] == list(catalogue())
    assert not any(row.honoured_by or row.shown_by for row in rows)


def test_without_the_tests_it_says_that_a_checkout_is_needed(tree: Path) -> None:
    (tree / "tests").rmdir()
    with pytest.raises(NoCheckout, match=r"no folder 'tests'.*checkout"):
        coverage(tree)


def test_a_file_that_does_not_parse_is_named(tree: Path) -> None:
    (tree / "terms" / "broken.py").write_text("def\n", encoding="utf-8")
    with pytest.raises(SyntaxError) as error:
        coverage(tree)
    assert error.value.filename == "terms/broken.py"


def rendered(rows: list[ClauseCoverage], as_json: bool) -> str:
    output = io.StringIO()
    render(rows, as_json, Console(file=output, width=120))
    return output.getvalue()


def test_json_is_one_object_a_line(tree: Path) -> None:
    (tree / "terms" / "a.py").write_text("RULE = 'IT-5'\n", encoding="utf-8")
    lines = [json.loads(line) for line in rendered(coverage(tree), as_json=True).splitlines()]
    assert len(lines) == len(catalogue())
    record = next(line for line in lines if line["id"] == "IT-5")
    assert record.pop("does") == catalogue()["IT-5"].does
    assert record == {
        "id": "IT-5",
        "title": "Onboarding and Confirmation",
        "service": "it_support",
        "honoured_by": ["terms/a.py"],
        "shown_by": [],
    }


def test_the_table_ends_with_counts(tree: Path) -> None:
    (tree / "terms" / "a.py").write_text("RULE = 'IT-5, IT-16 and HOST-3'\n", encoding="utf-8")
    (tree / "tests" / "test_a.py").write_text(
        "@pytest.mark.clause('IT-5', 'IT-6')\ndef test_a(): ...\n", encoding="utf-8"
    )
    lines = rendered(coverage(tree), as_json=False).splitlines()
    assert any("IT-5 " in line and "terms/a.py" in line and "tests/test_a.py::test_a" in line for line in lines)
    assert "it_support: 114 clauses, 2 named by code, 2 shown by tests, 1 both" in lines
    assert "hosting: 16 clauses, 1 named by code, 0 shown by tests, 0 both" in lines
    assert lines[-1] == "all: 222 clauses, 3 named by code, 2 shown by tests, 1 both"


def test_no_unknown_clause_is_named_anywhere() -> None:
    unknown = [f"{use.path}:{use.line} names {use.id}" for use in unknown_clause_uses(checkout_root())]
    assert unknown == []
