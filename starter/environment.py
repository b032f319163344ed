"""The settings of the environment, for the commands that need more than a running stack's API."""

from __future__ import annotations

from runtime.settings import Settings, SettingsRefused, read_settings
from starter.failures import CommandFailed


def settings_of_environment() -> Settings:
    """Raises CommandFailed with a line a faulty variable."""
    try:
        return read_settings()
    except SettingsRefused as refused:
        raise CommandFailed(*refused.lines) from None
