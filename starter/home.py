"""The state folder as other commands find a running stack by: its addresses while it runs, and its token."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from schemas.base import Frozen
from sealing.files import write_whole
from starter.failures import CommandFailed

CARD_FILE = "stack.json"
INBOX_FOLDER = "inbox"
MAIL_FOLDER = "mail"


class StackCard(Frozen):
    """Where a running stack is reached; `ui` is Temporal's web interface, `mail` the sandbox's folder, if any.

    `temporal` is the host and port of its server. `codec` is the URL by which Temporal's tools read payloads: whoever
    knows it reads contracts.
    """

    api: str
    ui: str | None
    namespace: str
    mail: str | None
    inbox: str
    temporal: str | None = None
    codec: str | None = None

    def workflow_link(self, workflow_id: str) -> str | None:
        """The workflow's page in the Temporal UI."""
        return ui_link(self.ui, self.namespace, workflow_id)


def ui_link(ui: str | None, namespace: str, workflow_id: str) -> str | None:
    """The workflow's page in the Temporal UI at `ui`; None where no UI is known."""
    if ui is None:
        return None
    return f"{ui.rstrip('/')}/namespaces/{namespace}/workflows/{workflow_id.replace('/', '%2F')}"


def write_card(folder: Path, card: StackCard) -> None:
    """Whole or not at all, so that no command reads half of it, and for its owner alone."""
    write_whole(folder / CARD_FILE, (card.model_dump_json(indent=2) + "\n").encode())


def remove_card(folder: Path) -> None:
    (folder / CARD_FILE).unlink(missing_ok=True)


def no_stack(folder: Path) -> CommandFailed:
    return CommandFailed(f"no running stack at {folder}; start one with `ligums up`")


def read_card(folder: Path) -> StackCard:
    """The card of the stack on `folder`. Raises CommandFailed when none has started there."""
    try:
        return StackCard.model_validate_json((folder / CARD_FILE).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise no_stack(folder) from None
    except OSError as error:
        raise CommandFailed(f"{folder / CARD_FILE}: cannot be read ({error.strerror})") from error
    except ValidationError:
        raise CommandFailed(f"{folder / CARD_FILE} is damaged; stop the stack and start it again") from None
