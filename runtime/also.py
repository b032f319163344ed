"""Where ALSO's configuration is read from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from schemas.also_configuration import AlsoConfiguration, parse_also
from schemas.problems import Problem, Refused
from schemas.reading import MAXIMUM_BYTES


def load_also(path: Path | None = None) -> AlsoConfiguration:
    """The configuration in the file at `path`, or the sandbox's, which is shipped. Raises Refused."""
    if path is None:
        return parse_also(files("runtime").joinpath("also.yaml").read_bytes())
    try:
        with path.open("rb") as file:
            raw = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        message = f"cannot be read ({error.strerror}); name a readable file"
        raise Refused((Problem(field="also", message=message),)) from error
    return parse_also(raw)
