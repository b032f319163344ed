"""Settings that the product does not start with are named by their variables, and their values not repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.settings import Settings, SettingsRefused, read_settings
from runtime.stack import simulation
from tests.forked import Program, completed

ROOT = Path(__file__).parents[2]
ISSUER = "https://login.example.lv/realms/staff"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        monkeypatch.delenv(str(field.validation_alias or f"LIGUMS_{name.upper()}"), raising=False)


def refused(monkeypatch: pytest.MonkeyPatch, **variables: str) -> tuple[str, ...]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsRefused) as why:
        read_settings()
    return why.value.lines


@pytest.mark.clause("DPA-I.1.2")
@pytest.mark.parametrize("region", ["US", "uksouth", "switzerlandnorth", "nowhere"])
def test_a_region_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    [line] = refused(monkeypatch, LIGUMS_REGION=region)
    assert line.startswith("LIGUMS_REGION: must lie in the EU or EEA (clause DPA-I.1.2)")


@pytest.mark.clause("DPA-I.1.2", "DPA-II.1.2")
@pytest.mark.parametrize(
    ("variable", "address", "region"),
    [
        ("TEMPORAL_ADDRESS", "us-east-1.aws.api.temporal.io:7233", "us-east-1"),
        ("DATABASE_URL", "postgresql://u:secret@db1.us-west-2.rds.amazonaws.com:5432/ligums", "us-west-2"),
        (
            "DATABASE_URL",
            "postgresql://db1.eu-west-1.rds.amazonaws.com:5432,db.us-east-1.rds.amazonaws.com/l",
            "us-east-1",
        ),
        ("DATABASE_URL", "postgresql:///ligums?host=[::1]:5432,db1.us-west-2.rds.amazonaws.com:5432", "us-west-2"),
        ("LIGUMS_SMTP_HOST", "email-smtp.eu-west-2.amazonaws.com", "eu-west-2"),
        ("LIGUMS_KEY_VAULT_URL", "https://ligums.vault.usgovcloudapi.net", "usgovcloudapi.net"),
        ("LIGUMS_OIDC_ISSUER", "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a", "us-east-1"),
        ("LIGUMS_ALSO_URL", "https://market.us-east-1.amazonaws.com", "us-east-1"),
        ("LIGUMS_GRAPH_URL", "https://graph.microsoft.us/v1.0", "microsoft.us"),
        ("LIGUMS_GRAPH_LOGIN_URL", "https://login.microsoftonline.us", "microsoftonline.us"),
    ],
)
def test_a_server_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, address: str, region: str
) -> None:
    [line] = refused(monkeypatch, **{variable: address})
    assert line == f"{variable}: names a server in {region}; choose one in the EU or EEA (clause DPA-I.1.2)"


@pytest.mark.clause("DPA-I.1.2")
def test_servers_in_the_eea_or_of_no_known_place_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LIGUMS_REGION": "LV",
        "TEMPORAL_ADDRESS": "eu-north-1.aws.api.temporal.io:7233",
        "DATABASE_URL": "postgresql://u:p%40@[::1/ligums",
        "LIGUMS_SMTP_HOST": "smtp.example.lv",
    }.items():
        monkeypatch.setenv(name, value)
    assert read_settings().region == "LV"


ALSO = {"LIGUMS_ALSO_URL": "https://marketplace.alsolatvia.lv", "LIGUMS_ALSO_USERNAME": "api@ligums.example"}


@pytest.mark.clause("DPA-I.1.2", "M365-13")
def test_of_a_real_marketplace_it_is_said_where_it_lies_and_what_it_calls_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [line] = refused(monkeypatch, **ALSO, LIGUMS_ALSO_FILE="also.yaml")
    assert line == (
        "settings: LIGUMS_ALSO_URL needs LIGUMS_ALSO_REGION, where the marketplace keeps its data: its address does "
        "not tell (clause DPA-I.1.2)"
    )
    [line] = refused(monkeypatch, LIGUMS_ALSO_REGION="CH")
    assert line.startswith("LIGUMS_ALSO_REGION: must lie in the EU or EEA (clause DPA-I.1.2)")
    monkeypatch.setenv("LIGUMS_ALSO_REGION", "LV")
    assert read_settings().also_region == "LV"
    [line] = refused(monkeypatch, LIGUMS_ALSO_FILE="")
    assert line == (
        "settings: LIGUMS_ALSO_URL needs the provider's own account and ALSO's names in LIGUMS_ALSO_FILE: the packaged "
        "file is the sandbox's"
    )
    monkeypatch.setenv("LIGUMS_ALSO_IS_SANDBOX", "true")
    monkeypatch.setenv("LIGUMS_ALSO_REGION", "")
    assert read_settings().also_file is None


async def test_no_setting_of_the_environment_reaches_into_a_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, field in Settings.model_fields.items():
        monkeypatch.setenv(str(field.validation_alias or f"LIGUMS_{name.upper()}"), "outside")
    async with simulation() as stack:
        assert "outside" not in stack.settings.model_dump_json()
        assert (stack.settings.also_url is None) or stack.settings.also_is_sandbox
        assert (stack.settings.graph_tenant_id is None) or stack.settings.graph_is_sandbox


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIGUMS_REGION", "LIGUMS_OIDC_ISSUER", "LIGUMS_OIDC_AUDIENCE"):
        monkeypatch.setenv(name, "")
    settings = read_settings()
    assert (settings.region, settings.oidc_issuer, settings.oidc_audience) == (None, None, None)
    assert settings.oidc_roles_claim == "roles"


@pytest.mark.parametrize("told", ["amr", "amr=", "=mfa", "amr=m fa", "amr=mfa=otp"])
def test_a_second_factor_is_told_by_a_claim_and_its_value(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    assert list(refused(monkeypatch, LIGUMS_OIDC_SECOND_FACTOR=told)) == [
        "LIGUMS_OIDC_SECOND_FACTOR: must be a claim and its value, such as amr=mfa"
    ]


@pytest.mark.parametrize("issuer", ["http://login.example.lv", "login.example.lv", "https://"])
def test_an_issuer_is_reached_over_https(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    [line] = refused(monkeypatch, LIGUMS_OIDC_ISSUER=issuer, LIGUMS_OIDC_AUDIENCE="ligums")
    assert line.startswith("LIGUMS_OIDC_ISSUER: must be the identity provider's https address")


@pytest.mark.parametrize("one", [{"LIGUMS_OIDC_ISSUER": ISSUER}, {"LIGUMS_OIDC_AUDIENCE": "ligums"}])
def test_an_issuer_without_an_audience_would_let_anyone_of_it_in(
    monkeypatch: pytest.MonkeyPatch, one: dict[str, str]
) -> None:
    [line] = refused(monkeypatch, **one)
    assert "LIGUMS_OIDC_ISSUER and LIGUMS_OIDC_AUDIENCE are set both or neither" in line


def test_every_faulty_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refused(monkeypatch, LIGUMS_REGION="US", LIGUMS_SPEED="0", LIGUMS_SMTP_SECURITY="some")
    assert sorted(line.partition(":")[0] for line in lines) == ["LIGUMS_REGION", "LIGUMS_SMTP_SECURITY", "LIGUMS_SPEED"]


@pytest.mark.parametrize("program", [["worker.py"], ["-m", "runtime.migrate"], ["-m", "uvicorn", "starter.api:app"]])
def test_no_program_starts_elsewhere(program: list[str]) -> None:
    environment = {"PYTHONPATH": str(ROOT), "LIGUMS_REGION": "US"}
    result = completed(Program(words=program, folder=ROOT, environment=environment), 120)
    assert result.returncode != 0
    assert "LIGUMS_REGION: must lie in the EU or EEA" in result.stderr
    assert "Traceback" not in result.stderr
