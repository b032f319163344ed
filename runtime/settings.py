"""Everything that differs from one place to another, read once from the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables start with `LIGUMS_`; those of PostgreSQL and Temporal keep their customary names."""

    model_config = SettingsConfigDict(
        env_prefix="LIGUMS_", extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    temporal_address: str | None = Field(default=None, validation_alias="TEMPORAL_ADDRESS")
    temporal_namespace: str = Field(default="default", validation_alias="TEMPORAL_NAMESPACE")
    temporal_api_key: SecretStr | None = Field(default=None, validation_alias="TEMPORAL_API_KEY")
    temporal_tls: bool = Field(default=False, validation_alias="TEMPORAL_TLS")
    temporal_ui_url: str | None = Field(default=None, validation_alias="TEMPORAL_UI_URL")
    task_queue: str = "ligums"

    smtp_host: str = "127.0.0.1"
    smtp_port: int = 7303
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    smtp_allow_plaintext: bool = False

    operator_token: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    provider_file: Path | None = None
    keys_folder: Path = Path(".ligums/keys")
    master_key_file: Path = Path(".ligums/master-keys.json")
    anchors_folder: Path = Path(".ligums/anchors")
    partners_folder: Path = Path(".ligums/partners")
    sms_folder: Path = Path(".ligums/mail/sms")
    rehearsals: bool = False
    speed: int = Field(default=1, ge=1, le=100_000_000)
