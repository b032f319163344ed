"""Setting a document as PDF with typst: templates of our own, the reader's texts as data and never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

Template = Literal["audit_report", "handover", "erasure_certificate", "invoice"]

TEMPLATES: Final = Path(__file__).parent / "templates"


class TypesettingFailed(Exception):
    """A template could not be set. The typesetter's own words are left out: they may repeat what was to be set."""

    def __init__(self, template: str) -> None:
        super().__init__(f"the document {template} could not be set; try its template with made-up data")


def typeset(
    template: Template,
    document: Mapping[str, Any],
    *,
    on: date,
    archival: bool = False,
    attached: bytes | None = None,
) -> bytes:
    """The PDF of `document`, JSON values that the template reads as data; `on` becomes its date of creation.

    The same input gives the same bytes on every machine: fonts are those bundled with typst, and nothing asks the
    time. With `archival` it is PDF/A-2b, for documents that are kept for years and hold Latin, Greek or Cyrillic
    letters only. With `attached`, text in UTF-8 that the template attaches, it is PDF/A-3b. Compiling keeps a core
    busy: call it from a thread. Raises TypesettingFailed.
    """
    inputs = {"document": json.dumps(document, ensure_ascii=False)}
    if attached is not None:
        inputs["attached"] = attached.decode()
    try:
        return typst.compile(
            TEMPLATES / f"{template}.typ",
            root=TEMPLATES,
            font_paths=_fonts(),
            sys_inputs=inputs,
            timestamp=datetime.combine(on, time(), UTC),
            pdf_standards=["a-3b"] if attached is not None else ["a-2b"] if archival else [],
        )
    except typst.TypstError:
        raise TypesettingFailed(template) from None


@cache
def _fonts() -> typst.Fonts:
    """Read once, as reading them takes as long as setting a page."""
    return typst.Fonts(include_system_fonts=False)
