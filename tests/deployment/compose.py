"""The compose file as data, and the scripts inside it as the containers would run them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
ENVIRONMENT_EXAMPLE = ROOT / ".env.example"
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[?-][^}]*)?\}")
"""A variable of .env as the compose file takes it in: its name, and what holds if it is empty."""

FILLED_IN = {
    "POSTGRES_PASSWORD": "0a1b2c",
    "LIGUMS_DATABASE_OWNER_PASSWORD": "5a6b7c",
    "LIGUMS_DATABASE_PASSWORD": "1a2b3c",
    "TEMPORAL_DATABASE_PASSWORD": "2a3b4c",
    "LIGUMS_WEBHOOK_SECRET": "4a5b6c",
    "LIGUMS_PROVIDER_FILE": "./provider.yaml",
    "LIGUMS_REGION": "LV",
    "LIGUMS_KEYS_FOLDER": "/srv/ligums-keys",
    "LIGUMS_MASTER_KEY_FOLDER": "/srv/ligums-master-key",
    "LIGUMS_SMTP_HOST": "smtp.example.lv",
    "LIGUMS_SMTP_PORT": "587",
    "LIGUMS_SMTP_SECURITY": "starttls",
}
"""A .env that lacks nothing the stack needs."""


def services() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["services"]
    return read


def script(service: str) -> str:
    """The shell script that is the service's command, `$$` undone as Compose undoes it."""
    (text,) = services()[service]["command"]
    assert services()[service]["entrypoint"] == ["/bin/sh", "-euc"]
    return str(text).replace("$$", "$")


def environment(service: str) -> dict[str, str]:
    return {name: str(value) for name, value in services()[service].get("environment", {}).items()}
