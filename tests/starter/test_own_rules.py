"""The API's own rules for e-invoices take the place of the packaged ones, as the worker's do."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.clock import now
from runtime.stack import Stack
from starter.http.parts import CannotStart, assemble
from tests.documents.invoices import invoice
from tests.own_rules import NONE_THERE, RULES, laid_down
from tests.starter.support import with_settings

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


async def test_an_invoice_is_held_to_the_own_rules(stack: Stack, tmp_path: Path) -> None:
    press = assemble(with_settings(stack, einvoice_rules_folder=laid_down(tmp_path)), now).invoices.press
    assert (await press.made(invoice())).rules == RULES
    press.close()


async def test_a_folder_without_rules_is_refused(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=NONE_THERE):
        assemble(with_settings(stack, einvoice_rules_folder=tmp_path), now)
