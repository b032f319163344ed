"""The mandates that signing grants (IT-3), and the consent each one rests on."""

from __future__ import annotations

from collections.abc import Iterable

MANDATES: dict[str, tuple[str, str | None]] = {
    "IT-3.1": ("initial audit", None),
    "IT-3.2": ("RMM agents on workstations", "rmm_agents"),
    "IT-3.3": ("data on the IT infrastructure", None),
    "IT-3.4": ("data on users", None),
    "IT-3.5": ("network credentials", "credential_storage"),
    "IT-3.6": ("remote work on workstations, with the user's permission", "rmm_agents"),
    "IT-3.7": ("remote work on network equipment, with the administrator's agreement", "network_access"),
    "IT-3.8": ("work on site", None),
    "IT-3.9": ("accounts, where system management was handed over", None),
    "IT-3.10": ("visits at the agreed time", None),
    "IT-3.11": ("acting towards outside suppliers", None),
    "IT-3.12": ("processing personal data as processor", None),
}


def mandates(withdrawn_consents: Iterable[str] = ()) -> list[str]:
    """The mandates in force: all that signing grants but those whose consent was withdrawn."""
    gone = set(withdrawn_consents)
    return [mandate for mandate, (_, consent) in MANDATES.items() if consent not in gone]
