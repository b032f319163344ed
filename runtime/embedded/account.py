"""PostgreSQL refuses to run as root: the system user it runs as instead, and what that user must reach."""

from __future__ import annotations

import logging
import os
import pwd
import stat
import subprocess
from pathlib import Path

from runtime.embedded.failures import EmbeddedFailure
from runtime.embedded.process import Account

logger = logging.getLogger(__name__)

SERVICE_USER = "ligums-postgres"
ROOT = 0


def unprivileged_account(data: Path) -> Account | None:
    """Who PostgreSQL runs as: None for ourselves; for root the owner of `data` or a system user."""
    if os.geteuid() != ROOT:
        return None
    owner = data.stat() if data.exists() else None
    if owner is not None and owner.st_uid != ROOT:
        return Account(user=owner.st_uid, group=owner.st_gid)
    entry = _service_user()
    return Account(user=entry.pw_uid, group=entry.pw_gid)


def _service_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        pass
    try:
        make = (
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SERVICE_USER,
        )
        subprocess.run(make, check=True, capture_output=True, timeout=30)
        return pwd.getpwnam(SERVICE_USER)
    except (OSError, subprocess.SubprocessError, KeyError) as error:
        raise EmbeddedFailure(
            f"PostgreSQL does not run as root, and the system user {SERVICE_USER} could not be made for it "
            f"({error}); run as an ordinary user, add that user, or set DATABASE_URL"
        ) from error


def hand_over(folder: Path, account: Account) -> None:
    """Make `account` the owner of `folder` and all within, unless root gave it away before."""
    if folder.stat().st_uid != ROOT:
        return
    for path in (*folder.rglob("*"), folder):
        os.chown(path, account.user, account.group, follow_symlinks=False)


def open_passage(path: Path) -> None:
    """Let other users pass through (not list) every folder above `path`, such as a private home directory."""
    for folder in path.parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            logger.warning("letting other system users pass through %s, as PostgreSQL does not run as root", folder)
            folder.chmod(mode | stat.S_IXOTH)
