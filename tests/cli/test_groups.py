"""The command line repeats some of the product's own numbers, so as to show its help before the models are loaded."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import get_type_hints

from typer.models import OptionInfo

from schemas.account import DAYS_OF_A_TOKEN
from schemas.vault import LONGEST_GRANT_MINUTES
from starter.groups import add_token, grant_credential


def option(command: Callable[..., None], name: str) -> OptionInfo:
    [found] = get_type_hints(command, include_extras=True)[name].__metadata__
    assert isinstance(found, OptionInfo)
    return found


def default(command: Callable[..., None], name: str) -> object:
    return inspect.signature(command).parameters[name].default


def test_a_token_lasts_as_long_as_one_that_is_made_otherwise() -> None:
    assert default(add_token, "days") == DAYS_OF_A_TOKEN


def test_a_grant_lasts_no_longer_than_the_vault_allows() -> None:
    asked = option(grant_credential, "minutes")
    assert (asked.min, asked.max) == (1, LONGEST_GRANT_MINUTES)
    assert default(grant_credential, "minutes") == 60
