"""Lives a script again, as a failing campaign prints it: what came about by its day, and what is not held."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from terms.calendar import local
from tests.workflows.lives.lived import lives
from tests.workflows.lives.script import Happening, Script


def live_again(service: str, begins: dict[str, Any], happenings: list[tuple[str, str, dict[str, Any]]]) -> None:
    told = tuple(Happening(at=at, what=what, fields=fields) for at, what, fields in happenings)
    course = asyncio.run(lives(Script(service=service, begins=begins, happenings=told)))
    for entry, event, data in course.life.told_since(0):
        print(f"{local(entry.at):%Y-%m-%d %H:%M} {event} {json.dumps(data, ensure_ascii=False)}")
    for happening, outcome in course.life.answers:
        print(f"{happening.at} {happening.what}: {outcome.reason or 'done'}")
    print("\n".join(course.faults) or "everything is held")
