"""Where the provider's file is read from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from schemas.problems import Problem, Refused
from schemas.provider import Provider, parse_provider
from schemas.reading import MAXIMUM_BYTES


def load_provider(path: Path | None = None) -> Provider:
    """The provider in the file at `path`, or the fictional one that is shipped. Raises Refused."""
    if path is None:
        return parse_provider(files("runtime").joinpath("provider.yaml").read_bytes())
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        message = f"cannot be read ({error.strerror}); name a readable file"
        raise Refused((Problem(field="provider", message=message),)) from error
    return parse_provider(raw)
