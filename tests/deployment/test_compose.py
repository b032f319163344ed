"""The compose file keeps to the Compose specification and to our rules for a deployment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.settings import Settings
from tests.deployment.compose import (
    COMPOSE_FILE,
    ENVIRONMENT_EXAMPLE,
    FILLED_IN,
    ROOT,
    VARIABLE,
    environment,
    services,
)

SERVICES = services()
LONG_RUNNING = {"postgresql", "temporal", "temporal-ui", "mailpit", "worker", "api"}
ONE_SHOT = {"databases", "temporal-schema", "temporal-namespace", "migrate"}
APP = {"migrate", "worker", "api"}
KEYS = {"LIGUMS_KEY_VAULT_URL", "LIGUMS_MASTER_KEY_NAME"}
AZURE_IDENTITY = {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"}
SECRET = re.compile(r"PASSWORD|PWD|SECRET|TOKEN|KEY")
NO_SECRETS = {"LIGUMS_KEYS_FOLDER", "LIGUMS_MASTER_KEY_FILE", "TEMPORAL_CODEC_PASS_ACCESS_TOKEN"}
"""Where secrets lie, and whether one is passed on."""


def configured(files: list[Path], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What `docker-compose config` says, which holds files against the specification without an engine."""
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed (Debian package docker-compose): the schema is unchecked")
    command = [program, *(part for file in files for part in ("--file", str(file))), "config"]
    surroundings = {"PATH": os.environ["PATH"], "COMPOSE_PROFILES": "mail-catcher", **variables}
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=120, check=False)


def test_it_keeps_to_the_compose_specification() -> None:
    result = configured([COMPOSE_FILE], FILLED_IN)
    assert result.returncode == 0, result.stderr
    resolved = yaml.safe_load(result.stdout)
    assert set(resolved["services"]) == set(SERVICES)
    for name in APP:
        login = "ligums:5a6b7c" if name == "migrate" else "ligums_app:1a2b3c"
        assert (
            resolved["services"][name]["environment"]["DATABASE_URL"] == f"postgresql://{login}@postgresql:5432/ligums"
        )


def test_without_a_password_it_does_not_start_and_says_which() -> None:
    result = configured([COMPOSE_FILE], FILLED_IN | {"POSTGRES_PASSWORD": ""})
    assert result.returncode == 1
    assert "set POSTGRES_PASSWORD in .env" in result.stderr


@pytest.mark.clause("DPA-I.1.2")
def test_without_a_word_on_where_it_runs_it_does_not_start() -> None:
    assert {environment(name)["LIGUMS_REGION"] for name in APP} == {"${LIGUMS_REGION:?set LIGUMS_REGION in .env}"}


def test_the_documented_way_to_servers_elsewhere_reaches_the_app(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)
    override = tmp_path / "docker-compose.external.yml"
    override.write_text(block, encoding="utf-8")
    elsewhere = {
        "DATABASE_URL": "postgresql://ligums_app:9z@db.example.lv/ligums",
        "TEMPORAL_ADDRESS": "eu-north-1.aws.api.temporal.io:7233",
        "TEMPORAL_NAMESPACE": "ligums.a1b2c",
        "TEMPORAL_API_KEY": "8y",
    }
    owner = "postgresql://ligums:0y@db.example.lv/ligums"
    result = configured([COMPOSE_FILE, override], FILLED_IN | elsewhere | {"DATABASE_OWNER_URL": owner})
    assert result.returncode == 0, result.stderr
    resolved = yaml.safe_load(result.stdout)["services"]
    for name in APP:
        wanted = elsewhere | {"TEMPORAL_TLS": "true"} | ({"DATABASE_URL": owner} if name == "migrate" else {})
        assert resolved[name]["environment"].items() >= wanted.items()
        assert resolved[name]["environment"]["LIGUMS_SMTP_HOST"] == "smtp.example.lv"


def test_the_services_are_the_ones_we_know() -> None:
    assert set(SERVICES) == LONG_RUNNING | ONE_SHOT


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_pinned_by_an_exact_version(name: str) -> None:
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert repository
    assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-[a-z]+)?", tag), f"{name}: {tag!r} is not an exact version"


def test_our_image_carries_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {SERVICES[name]["image"] for name in APP} == {f"ligums:{project['version']}"}


def test_the_temporal_server_and_its_tools_have_one_version() -> None:
    versions = {
        SERVICES[name]["image"].partition(":")[2] for name in ("temporal", "temporal-schema", "temporal-namespace")
    }
    assert len(versions) == 1


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_what_runs_on_is_restarted_and_its_health_is_checked(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert set(service["healthcheck"]) >= {"test", "interval", "timeout", "retries", "start_period"}


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_what_runs_once_is_tried_a_bounded_number_of_times(name: str) -> None:
    assert re.fullmatch(r"on-failure:\d+", SERVICES[name]["restart"])


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_come_true(name: str) -> None:
    for needed, how in SERVICES[name].get("depends_on", {}).items():
        assert needed in SERVICES
        expected = "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
        assert how == {"condition": expected}
        assert "profiles" not in SERVICES[needed], f"{needed} is not always there to be waited for"


@pytest.mark.parametrize("name", ["worker", "api"])
def test_the_app_starts_on_a_migrated_database_and_a_known_namespace(name: str) -> None:
    assert set(SERVICES[name]["depends_on"]) == {"migrate", "temporal-namespace"}


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_has_a_value_of_its_own(name: str) -> None:
    for variable, value in environment(name).items():
        if SECRET.search(variable) and variable not in NO_SECRETS:
            assert VARIABLE.fullmatch(value), f"{name}: {variable} must come from .env"
        password_in_url = re.search(r"://[^:/]*:([^@]*)@", value)
        assert password_in_url is None or VARIABLE.fullmatch(password_in_url[1]), f"{name}: {variable}"


@pytest.mark.clause("GUIDE-18h")
def test_what_serves_requests_does_not_know_the_owner_of_the_tables() -> None:
    for name in APP - {"migrate"}:
        assert not any("OWNER" in value for value in environment(name).values())


def test_a_secret_is_demanded_not_defaulted() -> None:
    variables = dict(VARIABLE.findall(COMPOSE_FILE.read_text(encoding="utf-8")))
    optional = {name for name, otherwise in variables.items() if not otherwise.startswith(":?set ")}
    assert optional == {
        "LIGUMS_EINVOICE_RULES_FOLDER",
        "LIGUMS_OIDC_ISSUER",
        "LIGUMS_OIDC_AUDIENCE",
        "LIGUMS_OIDC_ROLES_CLAIM",
        "LIGUMS_OIDC_SECOND_FACTOR",
        "LIGUMS_OPERATOR_TOKEN",
        "LIGUMS_ALSO_URL",
        "LIGUMS_ALSO_USERNAME",
        "LIGUMS_ALSO_PASSWORD",
        "LIGUMS_ALSO_FILE",
        "LIGUMS_ALSO_REGION",
        "LIGUMS_GRAPH_TENANT_ID",
        "LIGUMS_GRAPH_CLIENT_ID",
        "LIGUMS_GRAPH_CLIENT_SECRET",
        "TEMPORAL_UI_URL",
        "LIGUMS_CODEC_ENDPOINT",
        "LIGUMS_SMTP_USERNAME",
        "LIGUMS_SMTP_PASSWORD",
        "LIGUMS_SMTP_ALLOW_PLAINTEXT",
        "LIGUMS_API_PORT",
        "TEMPORAL_UI_PORT",
        "MAIL_CATCHER_PORT",
        *KEYS,
        *AZURE_IDENTITY,
    }
    assert variables["LIGUMS_SMTP_PASSWORD"] == variables["LIGUMS_OPERATOR_TOKEN"] == ":-"
    assert set(variables) - optional == set(FILLED_IN)


def test_the_example_names_every_variable_and_fills_in_none() -> None:
    lines = [
        line.partition("=")
        for line in ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    used = {name for name, _ in VARIABLE.findall(COMPOSE_FILE.read_text(encoding="utf-8"))}
    assert {name for name, _, _ in lines} == used | {"COMPOSE_PROFILES"}
    assert all(value == "" for _, _, value in lines)


@pytest.mark.parametrize("name", sorted(APP))
def test_the_app_gets_the_settings_it_reads(name: str) -> None:
    read = {str(field.validation_alias or f"LIGUMS_{key.upper()}") for key, field in Settings.model_fields.items()}
    needed = {"DATABASE_URL", "TEMPORAL_ADDRESS", "LIGUMS_PROVIDER_FILE", "LIGUMS_SMTP_HOST", "LIGUMS_REGION"}
    needed |= {"LIGUMS_OPERATOR_TOKEN", "LIGUMS_OIDC_ISSUER", "LIGUMS_OIDC_AUDIENCE", "LIGUMS_OIDC_ROLES_CLAIM"}
    needed |= {"LIGUMS_OIDC_SECOND_FACTOR"}
    assert needed <= set(environment(name)) <= read | AZURE_IDENTITY
    assert "LIGUMS_REHEARSALS" not in environment(name)


@pytest.mark.parametrize("name", sorted(APP))
@pytest.mark.parametrize("variable", ["LIGUMS_PROVIDER_FILE", "LIGUMS_ALSO_FILE"])
def test_a_file_on_the_host_lies_where_the_app_looks_for_it(name: str, variable: str) -> None:
    [mounted] = [each for each in SERVICES[name]["volumes"] if variable in str(each)]
    assert mounted["read_only"]
    assert environment(name)[variable] == mounted["target"]


def test_the_worker_can_be_scaled() -> None:
    assert not {"container_name", "ports", "hostname"} & set(SERVICES["worker"])
    assert not any("container_name" in service for service in SERVICES.values())


def test_nothing_is_reached_from_other_machines_by_itself() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(published) == 3
    assert all(port.startswith("127.0.0.1:") for port in published)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"postgresql"}))
def test_containers_have_no_rights_they_do_not_need(name: str) -> None:
    service: dict[str, Any] = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is (name != "temporal-ui")


def test_the_databases_are_on_a_network_without_a_way_out() -> None:
    read = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    assert read["networks"]["internal"] == {"internal": True}
    assert SERVICES["postgresql"]["networks"] == SERVICES["temporal"]["networks"] == ["internal"]


def test_the_image_is_built_from_a_pinned_base_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    bases = {line.split()[1] for line in lines if line.startswith("FROM")}
    assert bases == {"python:3.11.14-slim-bookworm"}
    user = [line.split()[1] for line in lines if line.startswith("USER")]
    assert user == ["10001:10001"]


def test_the_builder_sees_what_it_copies_and_nothing_else() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {
        source for line in lines if line.startswith("COPY") and "--from" not in line for source in line.split()[1:-1]
    }
    ignored, *let_in, caches = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    assert (ignored, caches) == ("*", "**/__pycache__")
    assert {line.removeprefix("!") for line in let_in} == copied


def test_keys_lie_in_one_place_for_worker_and_api_and_apart_from_all_data() -> None:
    for name in sorted(APP):
        mounted = {each["target"]: each["source"] for each in SERVICES[name]["volumes"] if isinstance(each, dict)}
        surroundings = environment(name)
        keys, master = Path(surroundings["LIGUMS_KEYS_FOLDER"]), Path(surroundings["LIGUMS_MASTER_KEY_FILE"]).parent
        assert mounted[str(keys)].startswith("${LIGUMS_KEYS_FOLDER:?")
        assert mounted[str(master)].startswith("${LIGUMS_MASTER_KEY_FOLDER:?")
    volumes = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["volumes"]
    assert not [name for name in volumes if "key" in name]


def test_what_the_app_writes_lies_on_a_mount_and_texts_in_memory_alone() -> None:
    """Its own file system is read-only: a worker that is to make a folder there does not start."""
    places = {f"LIGUMS_{name.upper()}" for name, field in Settings.model_fields.items() if _is_relative(field.default)}
    assert places >= {"LIGUMS_KEYS_FOLDER", "LIGUMS_SMS_FOLDER"}
    for name in APP - {"migrate"}:
        service = SERVICES[name]
        mounts = [each["target"] if isinstance(each, dict) else each.split(":")[1] for each in service["volumes"]]
        for place in places:
            folder = Path(service["environment"][place])
            assert any(folder.is_relative_to(mount) for mount in (*mounts, *service["tmpfs"])), place
        texts = Path(service["environment"]["LIGUMS_SMS_FOLDER"])
        assert any(texts.is_relative_to(memory) for memory in service["tmpfs"])


def _is_relative(default: object) -> bool:
    return isinstance(default, Path) and not default.is_absolute()
