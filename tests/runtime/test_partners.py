"""Partners as the settings name them, and where their passwords come from."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.partners.gdap.delegations import Delegations
from runtime.clock import now
from runtime.partners import ALSO_PASSWORD, distributor, graph
from runtime.sandboxes import partner_sandboxes
from runtime.settings import Settings, SettingsRefused, read_settings
from tests.partners.key_vault.server import CLIENT, SECRET, TENANT, key_vault

PATIENCE = timedelta(seconds=8)
USER = "api@ligums.example"
ROOT = Path(__file__).parents[2]

PROGRAM = """
import asyncio
from datetime import timedelta
from runtime.clock import now
from runtime.partners import SecretMissing, distributor
from runtime.settings import read_settings

async def run():
    async with distributor(read_settings()) as also:
        await also.within(timedelta(seconds=30), business_time=None).ping()
    print("known")

try:
    asyncio.run(run())
except SecretMissing as error:
    raise SystemExit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("LIGUMS_", "AZURE_"))]:
        monkeypatch.delenv(name)


async def test_no_partner_is_named() -> None:
    async with distributor(Settings()) as also, graph(Settings()) as microsoft:
        assert also is None
        assert microsoft is None


async def test_the_sandboxes_stand_for_partners_that_are_not_named(tmp_path: Path) -> None:
    async with (
        partner_sandboxes(Settings(), tmp_path) as settings,
        distributor(settings) as also,
        graph(settings) as microsoft,
    ):
        assert also is not None
        assert microsoft is not None
        await also.within(PATIENCE, business_time=now()).ping()
        assert await Delegations(microsoft, PATIENCE, business_time=now()).named("M365-1") is None
        assert settings.also_url != settings.graph_login_url
    named = Settings(
        also_url="https://marketplace.alsolatvia.lv",
        also_username=USER,
        also_file=tmp_path / "also.yaml",
        also_region="LV",
        graph_tenant_id="11111111-2222-4333-8444-555555555555",
        graph_client_id="11111111-2222-4333-8444-555555555555",
    )
    async with partner_sandboxes(named, tmp_path) as kept:
        assert kept == named


async def said_by_program(tmp_path: Path, **surroundings: str) -> str:
    """What the program says that knows nothing but its environment."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROGRAM, cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **surroundings},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        out, errors = await program.communicate()
    return (out or errors).decode().strip()


@pytest.mark.long
async def test_a_password_is_the_key_vaults_at_the_login(tmp_path: Path) -> None:
    async with key_vault() as vault, partner_sandboxes(Settings(), tmp_path) as sandboxed:
        (tmp_path / "authority.pem").write_bytes(vault.trust.authority)
        assert sandboxed.also_password is not None
        surroundings = {
            "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
            "LIGUMS_KEY_VAULT_URL": vault.local_url,
            "AZURE_AUTHORITY_HOST": vault.local_url,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_CLIENT_SECRET": SECRET,
            "LIGUMS_ALSO_URL": str(sandboxed.also_url),
            "LIGUMS_ALSO_USERNAME": str(sandboxed.also_username),
            "LIGUMS_ALSO_IS_SANDBOX": "true",
        }
        said = await said_by_program(tmp_path, **surroundings)
        assert said.startswith(f"SecretMissing: the key vault has no secret {ALSO_PASSWORD}; set it there")
        vault.shelves["secrets"].add(ALSO_PASSWORD, sandboxed.also_password.get_secret_value(), {})
        assert await said_by_program(tmp_path, **surroundings) == "known"


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        (
            {"ALSO_URL": "http://marketplace.example", "ALSO_USERNAME": USER},
            "LIGUMS_ALSO_URL: must be an https address",
        ),
        ({"ALSO_URL": "https://marketplace.example"}, "settings: LIGUMS_ALSO_URL needs the API user's name"),
        ({"GRAPH_TENANT_ID": "x"}, "settings: LIGUMS_GRAPH_TENANT_ID and LIGUMS_GRAPH_CLIENT_ID are set both"),
        ({"GRAPH_LOGIN_URL": "http://login.example"}, "LIGUMS_GRAPH_LOGIN_URL: must be an https address"),
    ],
)
def test_what_is_set_wrong_is_named(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], line: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"LIGUMS_{name}", value)
    with pytest.raises(SettingsRefused) as refused:
        read_settings()
    assert [each.startswith(line) for each in refused.value.lines] == [True]


async def test_a_partner_without_a_password_is_refused_at_the_start(tmp_path: Path) -> None:
    also = Settings(
        also_url="https://marketplace.example",
        also_username=USER,
        also_file=tmp_path / "none.yaml",
        also_region="LV",
    )
    with pytest.raises(
        SettingsRefused, match="LIGUMS_ALSO_PASSWORD: is missing; set it, or keep partner-also-password"
    ):
        async with distributor(also):
            pass
    microsoft = Settings(graph_tenant_id="x", graph_client_id="y", graph_client_secret=SecretStr("z"))
    with pytest.raises(SettingsRefused, match="LIGUMS_GRAPH: tenant_id must be an id such as"):
        async with graph(microsoft):
            pass
    unread = also.model_copy(update={"also_password": SecretStr("x")})
    with pytest.raises(SettingsRefused, match="LIGUMS_ALSO: also cannot be read"):
        async with distributor(unread):
            pass
