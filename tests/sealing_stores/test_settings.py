"""Which key store the settings name, and a program that finds its vault by them alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.keys import SERVICE_PRINCIPAL, begin_keys, open_keys, opened_keys, opened_masters
from runtime.settings import Settings
from sealing.azure.store import AzureKeyStore
from sealing.errors import KeyStoreFault
from sealing.folder import FolderKeyStore
from sealing.keys import contract_owner
from tests.partners.key_vault.server import CLIENT, SECRET, TENANT, key_vault

PROGRAM = """
import asyncio, sys
from runtime.keys import opened_keys
from runtime.settings import Settings
from sealing.errors import SealingError
from sealing.keys import contract_owner

async def run():
    async with opened_keys(Settings(), make=sys.argv[1] == "make") as keys:
        print((await keys.begin(contract_owner("IT-1"))).secret.hex())

try:
    asyncio.run(run())
except SealingError as error:
    raise SystemExit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("LIGUMS_", "AZURE_"))]:
        monkeypatch.delenv(name)


async def test_a_folder_unless_a_vault_is_named(tmp_path: Path) -> None:
    settings = Settings(keys_folder=tmp_path / "keys", master_key_file=tmp_path / "master.json")
    async with opened_keys(settings, make=True) as keys:
        assert isinstance(keys, FolderKeyStore)
        await keys.begin(contract_owner("IT-1"))
    async with opened_masters(settings) as masters:
        assert (await masters.newest()).startswith("m-1-")


async def test_a_vault_where_one_is_named() -> None:
    keys = open_keys(Settings(key_vault_url="https://ligums.vault.azure.net"))
    assert isinstance(keys, AzureKeyStore)
    await keys.close()


@pytest.mark.parametrize("client", ["", "1b0c2f1c-93cf-4d38-8d9b-3f0f8f0d2a11"])
async def test_an_identity_of_the_machine_needs_no_variables(monkeypatch: pytest.MonkeyPatch, client: str) -> None:
    for name in SERVICE_PRINCIPAL:
        monkeypatch.setenv(name, client if name == "AZURE_CLIENT_ID" else "")
    keys = open_keys(Settings(key_vault_url="https://ligums.vault.azure.net"))
    assert isinstance(keys, AzureKeyStore)
    await keys.close()


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_the_key_store_is_begun_once_with_all_that_others_need(tmp_path: Path) -> None:
    settings = Settings(keys_folder=tmp_path / "keys", master_key_file=tmp_path / "master.json")
    await begin_keys(settings)
    made = contents(tmp_path)
    await begin_keys(settings)
    assert contents(tmp_path) == made
    async with opened_keys(settings) as keys:
        await keys.begin(contract_owner("IT-1"))


@pytest.mark.parametrize("name", ["LIGUMS_KEYS_FOLDER", "LIGUMS_MASTER_KEY_FILE"])
def test_two_places_for_keys_are_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LIGUMS_KEY_VAULT_URL", "https://ligums.vault.azure.net")
    monkeypatch.setenv(name, "somewhere")
    with pytest.raises(KeyStoreFault, match=f"LIGUMS_KEY_VAULT_URL and {name} are set.*set one"):
        open_keys(Settings())


@pytest.mark.parametrize(
    "url",
    ["http://ligums.vault.azure.net", "ligums.vault.azure.net", "https://ligums.vault.azure.net/keys/x", "https://a@b"],
)
def test_a_url_that_is_no_vaults_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="key_vault_url"):
        Settings(key_vault_url=url)


def test_without_its_packages_the_vault_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity.aio", None)
    with pytest.raises(KeyStoreFault, match=r"pip install 'ligums\[azure\]'"):
        open_keys(Settings(key_vault_url="https://ligums.vault.azure.net"))


@pytest.mark.long
def test_the_embedded_default_loads_none_of_its_packages() -> None:
    program = (
        "import starter.api, starter.cli, worker, sys; sys.exit('azure' in sys.modules or 'aiohttp' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], timeout=120, check=False)
    assert run.returncode == 0


async def said_by_program(tmp_path: Path, vault_url: str, make: str) -> tuple[str, str]:
    surroundings = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "SSL_CERT_FILE": str(tmp_path / "authority.pem"),
        "LIGUMS_KEY_VAULT_URL": vault_url,
        "AZURE_AUTHORITY_HOST": vault_url,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_SECRET": SECRET,
    }
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-c", PROGRAM, make, env=surroundings, cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(120):
        out, errors = await program.communicate()
    return out.decode().strip(), errors.decode().strip()


@pytest.mark.long
async def test_programs_find_the_same_key_by_the_environment_alone(tmp_path: Path) -> None:
    async with key_vault() as served:
        (tmp_path / "authority.pem").write_bytes(served.trust.authority)
        out, errors = await said_by_program(tmp_path, served.local_url, "use")
        assert out == ""
        assert "KeyStoreUnreachable" in errors.splitlines()[-1]
        assert "holds no key store" in errors.splitlines()[-1]
        first, second = [await said_by_program(tmp_path, served.local_url, how) for how in ("make", "use")]
    assert first == second
    assert (len(first[0]), first[1]) == (64, "")
    assert not Path(tmp_path, ".ligums").exists()  # noqa: ASYNC240


@pytest.mark.long
async def test_a_vault_with_purge_protection_keeps_a_program_from_starting(tmp_path: Path) -> None:
    async with key_vault(purge_protection=True) as served:
        (tmp_path / "authority.pem").write_bytes(served.trust.authority)
        out, errors = await said_by_program(tmp_path, served.local_url, "make")
    assert out == ""
    assert errors.startswith("KeyStoreFault: the vault 127.0.0.1 has purge protection")
