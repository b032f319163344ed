"""The id of a contract's workflow leads back to the contract, and that of no other workflow does."""

from __future__ import annotations

import pytest

from schemas.erasure import DATA, erasure_workflow_id
from schemas.partners import agents_workflow_id
from schemas.workflow_id import contract_number, workflow_id


def test_a_contract_s_workflow_leads_back_to_it() -> None:
    assert workflow_id("IT-2026-000123") == "contract/IT-2026-000123"
    assert contract_number(workflow_id("IT-2026-000123")) == "IT-2026-000123"


@pytest.mark.parametrize("other", [agents_workflow_id("IT-1"), erasure_workflow_id("IT-1", DATA), "retention", ""])
def test_no_other_workflow_is_a_contract_s(other: str) -> None:
    assert contract_number(other) is None
