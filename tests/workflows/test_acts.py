"""The registry of acts: each has its name, takes its fields and no others, and can be described to a form."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.act import fields_of
from schemas.acts import ACTS, Act, model_of, refusal_event
from schemas.timeline import EVENTS
from terms.catalogue import catalogue
from tests.workflows.driven import DrivenContract
from tests.workflows.examples import ACTS as EXAMPLES
from workflows import it_support, microsoft365


@pytest.fixture(params=sorted(ACTS))
def model(request: pytest.FixtureRequest) -> type[Act]:
    return ACTS[request.param]


def test_every_act_has_an_example_here() -> None:
    assert sorted(EXAMPLES) == sorted(ACTS)


def test_an_act_is_found_by_its_name_in_small_letters(model: type[Act]) -> None:
    assert model_of(model.act_name) is model
    assert re.fullmatch(r"[a-z][a-z_]*[a-z]", model.act_name)
    assert model.act_name.replace("_", "") == model.__name__.lower()


@pytest.mark.parametrize(("service", "taken"), [("it_support", it_support.ACTS), ("microsoft365", microsoft365.ACTS)])
def test_a_contract_takes_every_act_that_its_service_has(service: str, taken: tuple[type[Act], ...]) -> None:
    assert set(taken) == {act for act in ACTS.values() if act.clauses(service)}


def test_an_act_names_clauses_of_the_catalogue_and_says_what_it_does(model: type[Act]) -> None:
    assert model.clauses_by_service
    assert {clause for each in model.clauses_by_service.values() for clause in each} <= set(catalogue())
    assert model.__doc__


def test_its_example_is_read_and_written_back_the_same(model: type[Act]) -> None:
    act = model.model_validate(EXAMPLES[model.act_name])
    assert model.model_validate_json(act.model_dump_json()) == act


def test_a_field_nobody_knows_is_refused(model: type[Act]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(EXAMPLES[model.act_name] | {"note_to_self": "x"})


def test_each_of_its_required_fields_is_missed(model: type[Act]) -> None:
    for name in (name for name, field in model.model_fields.items() if field.is_required()):
        with pytest.raises(ValidationError):
            model.model_validate({key: value for key, value in EXAMPLES[model.act_name].items() if key != name})


def test_a_form_can_be_made_of_it(model: type[Act]) -> None:
    schema: dict[str, Any] = json.loads(json.dumps(model.model_json_schema()))
    assert set(schema.get("properties", {})) == set(fields_of(model))


def test_a_refused_act_has_its_event(model: type[Act]) -> None:
    assert refusal_event(model.act_name) in EVENTS
    assert (refusal_event(model.act_name) == "change.refused") == (model.act_name == "request_change")


@pytest.mark.clause("IT-42", "DPA-II.3.2")
async def test_a_closed_contract_takes_sub_processors_confirmations_alone(model: type[Act]) -> None:
    contract = DrivenContract()
    contract.state.closed = True
    outcome = await contract.act(model.act_name, **EXAMPLES[model.act_name])
    assert model.taken_when_closed == (model.act_name == "confirm_partner_erasure")
    assert (outcome.reason == "the contract is closed") == (not model.taken_when_closed)


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("request_change", {"from_email": "anna@example.lv", "effective_on": "2026-06-15"}),
        ("request_change", {"users": 3, "effective_on": "2026-06-15"}),
        ("request_change", EXAMPLES["request_change"] | {"signed_by": "Anna Bērziņa"}),
        ("change_contact", {"role": "invoice_delivery"}),
        ("change_contact", {"role": "invoice_delivery", "email": "a@example.lv", "phone": "+37129123456"}),
        ("change_contact", {"role": "administrator", "postal_address": "Skaidu iela 6, Rīga"}),
        ("change_contact", {"role": "technical_contact"}),
        ("record_payment", EXAMPLES["record_payment"] | {"amount": "0.00"}),
        ("record_payment", EXAMPLES["record_payment"] | {"amount": "-1.00"}),
        ("record_payment", EXAMPLES["record_payment"] | {"amount": "1.005"}),
        ("record_payment", EXAMPLES["record_payment"] | {"amount": 1.5}),
        ("announce_change", {"changes": {}, "effective_on": "2026-12-01"}),
        ("agree_onboarding", {"on": "2026-03-29T03:30"}),  # Skipped by Riga's clocks.
    ],
)
def test_what_makes_no_sense_is_refused(act: str, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ACTS[act].model_validate(fields)
