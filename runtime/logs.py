"""Where log lines go: never between the lines that a person or a program reads on standard output."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

LOG_FILE_BYTES = 5_000_000
LOG_FILES_KEPT = 2


def log_to_stderr(level: int = logging.ERROR) -> None:
    """For a short run: what is at least `level` goes to standard error."""
    logging.basicConfig(level=level, format="%(name)s: %(message)s")
    _forward_the_sdk("ERROR")


def log_to_file(file: Path) -> None:
    """For a long run: everything of note in `file`, and on standard error when a part or keys fail."""
    file.touch(mode=0o600)  # An error's details may quote what was being worked on.
    to_file = RotatingFileHandler(file, maxBytes=LOG_FILE_BYTES, backupCount=LOG_FILES_KEPT, encoding="utf-8")
    to_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[to_file])
    to_person = logging.StreamHandler()
    to_person.setFormatter(logging.Formatter("warning: %(message)s"))
    for name in ("runtime.embedded", "runtime.keys"):
        logging.getLogger(name).addHandler(to_person)
    _forward_the_sdk("WARN")


def _forward_the_sdk(level: str) -> None:
    """The SDK's core would write to standard output; call before the first client is made."""
    log = LoggingConfig(
        filter=TelemetryFilter(core_level=level, other_level="ERROR"),
        forwarding=LogForwardingConfig(logger=logging.getLogger("temporalio.core")),
    )
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=log)))
