"""Everything that differs from one place to another, read once from the environment."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.problems import WHOLE, problems_of
from terms.addresses import is_secure
from terms.regions import is_in_the_eea, region_of_host

PREFIX = "LIGUMS_"


class SettingsRefused(Exception):
    """Settings that the product does not start with; `lines` name each faulty variable and what would be right."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


class Settings(BaseSettings):
    """Environment variables start with `LIGUMS_`; those of PostgreSQL and Temporal keep their customary names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", populate_by_name=True, env_ignore_empty=True)

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

    region: str | None = None
    """Where the data is: a country's code or a cloud region's name (DPA-I.1.2)."""

    operator_token: SecretStr | None = None
    tokens_file: Path | None = None
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    oidc_roles_claim: str = Field(default="roles", min_length=1, max_length=200)
    oidc_second_factor: str | None = None
    """The claim and the value by which a token tells that a second factor was asked for, such as `amr=mfa`; without it
    nobody is let in then (IT-A2.26)."""
    webhook_secret: SecretStr | None = None
    provider_file: Path | None = None
    einvoice_rules_folder: Path | None = None
    """Compiled Schematron (.xsl, .xslt) in place of the packaged rules of EN 16931 and Peppol."""
    keys_folder: Path = Path(".ligums/keys")
    master_key_file: Path = Path(".ligums/master-keys.json")
    key_vault_url: str | None = Field(default=None, pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?/?$")
    master_key_name: str = Field(default="ligums-master", pattern=r"^[0-9a-zA-Z-]{1,127}$")
    anchors_folder: Path = Path(".ligums/anchors")
    partners_folder: Path = Path(".ligums/partners")
    sms_folder: Path = Path(".ligums/mail/sms")
    also_url: str | None = None
    """ALSO Cloud Marketplace, from which Microsoft 365 is ordered."""
    also_username: str | None = None
    also_password: SecretStr | None = None
    also_file: Path | None = None
    also_is_sandbox: bool = False
    also_region: str | None = None
    """Where the marketplace keeps contacts and tenants: no name such as marketplace.alsolatvia.lv tells (DPA-I.1.2)."""
    graph_url: str = "https://graph.microsoft.com/v1.0"
    graph_login_url: str = "https://login.microsoftonline.com"
    graph_tenant_id: str | None = None
    graph_client_id: str | None = None
    graph_client_secret: SecretStr | None = None
    graph_is_sandbox: bool = False
    rehearsals: bool = False
    speed: int = Field(default=1, ge=1, le=100_000_000)

    @field_validator("region", "also_region")
    @classmethod
    def _region_in_the_eea(cls, region: str | None) -> str | None:
        if region is not None and not is_in_the_eea(region):
            raise ValueError(
                "must lie in the EU or EEA (clause DPA-I.1.2): a country such as LV or a region such as northeurope"
            )
        return region

    @field_validator(
        *("temporal_address", "database_url", "smtp_host", "key_vault_url", "oidc_issuer"),
        *("also_url", "graph_url", "graph_login_url"),
    )
    @classmethod
    def _server_in_the_eea(cls, address: str | None) -> str | None:
        regions = [region_of_host(host) for host in _hosts(address or "")]
        for region in regions:
            if region is not None and not is_in_the_eea(region):
                raise ValueError(f"names a server in {region}; choose one in the EU or EEA (clause DPA-I.1.2)")
        return address

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer_is_reached_securely(cls, issuer: str | None) -> str | None:
        if issuer is not None and not is_secure(issuer):
            raise ValueError("must be the identity provider's https address, as in its tokens' iss")
        return issuer

    @field_validator("oidc_second_factor")
    @classmethod
    def _second_factor_is_a_claim_with_a_value(cls, told: str | None) -> str | None:
        if told is not None and not re.fullmatch(r"[^=\s]+=[^=\s]+", told):
            raise ValueError("must be a claim and its value, such as amr=mfa")
        return told

    @field_validator("also_url", "graph_url", "graph_login_url")
    @classmethod
    def _partner_is_reached_securely(cls, url: str | None) -> str | None:
        if url is not None and not is_secure(url):
            raise ValueError("must be an https address, as a password goes there")
        return url

    @model_validator(mode="after")
    def _partners_have_accounts(self) -> Self:
        if self.also_url is not None and not self.also_username:
            raise ValueError("LIGUMS_ALSO_URL needs the API user's name in LIGUMS_ALSO_USERNAME")
        if (self.graph_tenant_id is None) != (self.graph_client_id is None):
            raise ValueError("LIGUMS_GRAPH_TENANT_ID and LIGUMS_GRAPH_CLIENT_ID are set both or neither")
        return self

    @model_validator(mode="after")
    def _real_marketplace_is_known(self) -> Self:
        if self.also_url is None or self.also_is_sandbox:
            return self
        if self.also_region is None:
            raise ValueError(
                "LIGUMS_ALSO_URL needs LIGUMS_ALSO_REGION, where the marketplace keeps its data: its address does not "
                "tell (clause DPA-I.1.2)"
            )
        if self.also_file is None:
            raise ValueError(
                "LIGUMS_ALSO_URL needs the provider's own account and ALSO's names in LIGUMS_ALSO_FILE: the packaged "
                "file is the sandbox's"
            )
        return self

    @model_validator(mode="after")
    def _issuer_goes_with_audience(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_audience is None):
            raise ValueError("LIGUMS_OIDC_ISSUER and LIGUMS_OIDC_AUDIENCE are set both or neither")
        return self


class SaidSettings(Settings):
    """Settings that nothing of the environment reaches into: what is not said has its default."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def read_settings() -> Settings:
    """The settings of this process's environment. Raises SettingsRefused."""
    try:
        return Settings()
    except ValidationError as error:
        problems = problems_of(error, Settings)
        raise SettingsRefused(tuple(f"{_variable(each.field)}: {each.message}" for each in problems)) from None


def own_places(settings: Settings, folder: Path) -> dict[str, Path]:
    """Where the stack keeps what no setting has given another place."""
    places = {
        "anchors_folder": folder / "anchors",
        "partners_folder": folder / "partners",
        "sms_folder": folder / "mail" / "sms",
    }
    if settings.key_vault_url is None:
        places |= {"keys_folder": folder / "keys", "master_key_file": folder / "master-keys.json"}
    return {name: place for name, place in places.items() if name not in settings.model_fields_set}


def _variable(field: str) -> str:
    """The environment variable of a field, which an alias names already; of several, the settings as a whole."""
    if field == WHOLE:
        return "settings"
    return field if field.isupper() else PREFIX + field.upper()


def _hosts(address: str) -> list[str]:
    """The hosts in a URL, in `host:port`, or the whole; none where it cannot be read.

    Of databases several may be named, or in `host` behind the question mark.
    """
    try:
        url = urlsplit(address if "://" in address else f"//{address}")
        behind = parse_qs(url.query).get("host", [])
    except ValueError:
        return []
    named = ",".join([url.netloc.rpartition("@")[2], *behind]).split(",")
    return [one.partition("]")[0].lstrip("[") if one.startswith("[") else one.partition(":")[0] for one in named]
