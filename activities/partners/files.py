"""Files that are whole or not there at all, whatever is killed meanwhile."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str, *, outlasts_power: bool = True) -> None:
    """Writes `text` to `path` in one step, readable by its owner only. Raises OSError.

    What need not outlast a loss of power is left to the system to bring to the disk, which is much quicker.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if outlasts_power:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Shelf:
    """A sandbox's records, a file each: what a call changes is written, however much else there is."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._kept = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.json"))}

    def read(self, name: str) -> str | None:
        return self._kept.get(name)

    def starting_with(self, prefix: str) -> list[str]:
        return [text for name, text in self._kept.items() if name.startswith(prefix)]

    def keep(self, name: str, text: str) -> None:
        """Writes the record if it is other than it was."""
        if self._kept.get(name) != text:
            write_whole(self._folder / f"{name}.json", text, outlasts_power=False)
            self._kept[name] = text
