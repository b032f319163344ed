"""The settings of the environment, for the commands that need more than a running stack's API."""

from __future__ import annotations

from pydantic import ValidationError

from runtime.settings import Settings
from schemas.problems import problems_of
from starter.failures import CommandFailed


def settings_of_environment() -> Settings:
    """Raises CommandFailed with one line a faulty variable."""
    try:
        return Settings()
    except ValidationError as error:
        raise CommandFailed(*(f"{each.field}: {each.message}" for each in problems_of(error, Settings))) from None
