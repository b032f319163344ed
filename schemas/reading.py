"""Strict reading of the files that come in: YAML with implicit typing off, or JSON, within limits.

Both give the same tree: mappings, lists, text, None, and from JSON also true and false. A number stays
the text that was written; what it means is its field's affair.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import yaml

from schemas.problems import MAXIMUM_PROBLEMS, Location, Problem, Refused, field_path

MAXIMUM_BYTES: Final = 256 * 1024
MAXIMUM_DEPTH: Final = 20

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it: some twenty times as fast, and the same events."""

# No field takes these, PostgreSQL stores no NUL, and a lone surrogate is not even text.
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TOO_DEEP = f"is nested more than {MAXIMUM_DEPTH} levels deep; a document of this kind needs far fewer"
_NULLS: Final = ("", "~", "null")


def read_document(raw: bytes, *, what: str) -> dict[str, Any]:
    """The mapping a YAML or JSON file holds; `what` names the file in a refusal. Raises Refused."""
    text = _decoded(raw, what)
    reader = _JsonReader(what) if text.lstrip().startswith("{") else _YamlReader(what)
    document = reader.read(text)
    if not isinstance(document, dict):
        raise _refusal(what, "must hold fields at its top level, each written as `name: value`")
    return document


def is_sound(value: Any, depth: int = 1) -> bool:
    """Whether a value that JSON gave can be kept: no control characters or half ones, and not nested too deep."""
    if isinstance(value, str):
        return not _UNSOUND.search(value)
    if isinstance(value, dict | list) and depth > MAXIMUM_DEPTH:
        return False
    if isinstance(value, dict):
        return all(is_sound(name) and is_sound(item, depth + 1) for name, item in value.items())
    return not isinstance(value, list) or all(is_sound(item, depth + 1) for item in value)


def _refusal(field: str, message: str) -> Refused:
    return Refused((Problem(field=field, message=message),))


def _decoded(raw: bytes, what: str) -> str:
    if len(raw) > MAXIMUM_BYTES:
        raise _refusal(what, f"is larger than {MAXIMUM_BYTES // 1024} KiB, the most that is read")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in raw:
        raise _refusal(what, "is not UTF-8 text but looks like UTF-16 or a binary file; save it as UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(what, f"is not UTF-8 text (line {line}); save it as UTF-8") from None


class _Reader:
    """Gathers what is wrong while reading goes on, so that one refusal names it all."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._problems: list[Problem] = []

    def _note(self, location: Location, message: str) -> None:
        self._problems.append(Problem(field=field_path(location) or self._what, message=message))
        if len(self._problems) >= MAXIMUM_PROBLEMS:
            self._refuse_if_faulty()

    def _refuse_if_faulty(self) -> None:
        if self._problems:
            raise Refused(tuple(self._problems))

    def _sound(self, text: str, location: Location) -> str:
        if _UNSOUND.search(text):
            self._note(location, "contains control characters; write plain text")
        return text


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was written, with names that stand twice still there."""


class _JsonReader(_Reader):
    def read(self, text: str) -> Any:
        try:
            tree = json.loads(
                text,
                parse_int=str,
                parse_float=str,
                parse_constant=self._refuse_constant,
                object_pairs_hook=_Pairs,
            )
        except json.JSONDecodeError as error:
            message = f"is read as JSON, as it begins with a brace, but line {error.lineno} is not JSON"
            raise _refusal(self._what, message) from None
        except RecursionError:
            raise _refusal(self._what, _TOO_DEEP) from None
        document = self._plain(tree, (), 1)
        self._refuse_if_faulty()
        return document

    def _refuse_constant(self, _name: str) -> NoReturn:
        raise _refusal(self._what, "holds NaN or Infinity, which are no JSON; write a number or null")

    def _plain(self, node: Any, location: Location, depth: int) -> Any:
        if isinstance(node, list) and depth > MAXIMUM_DEPTH:
            raise _refusal(self._what, _TOO_DEEP)
        if isinstance(node, _Pairs):
            return self._section(node, location, depth)
        if isinstance(node, list):
            return [self._plain(item, (*location, index), depth + 1) for index, item in enumerate(node)]
        return self._sound(node, location) if isinstance(node, str) else node

    def _section(self, pairs: _Pairs, location: Location, depth: int) -> dict[str, Any]:
        section: dict[str, Any] = {}
        for name, value in pairs:
            inner = (*location, name)
            if name in section:
                self._note(inner, "stands twice in its section; keep one")
            section[self._sound(name, inner)] = self._plain(value, inner, depth + 1)
        return section


class _YamlReader(_Reader):
    """Composes PyYAML's events into plain values; every scalar is text, whatever it looks like."""

    def read(self, text: str) -> Any:
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        try:
            document = self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f" at line {mark.line + 1}" if mark else ""
            raise _refusal(
                self._what, f"is not well-formed YAML{where}; check indentation, colons and quotes"
            ) from None
        except (yaml.YAMLError, ValueError):
            # Characters YAML forbids, written or as an escape; these errors bear no line.
            raise _refusal(self._what, "holds characters that YAML does not allow; write plain text") from None
        self._refuse_if_faulty()
        return document

    def _document(self) -> Any:
        next(self._events)  # the stream's start
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise _refusal(self._what, "is empty")
        document = self._node(next(self._events), (), 1)
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._note((), f"holds a second document from line {_line(after)}; write one document a file")
        return document

    def _node(self, event: yaml.Event, location: Location, depth: int) -> Any:
        if isinstance(event, yaml.CollectionStartEvent) and depth > MAXIMUM_DEPTH:
            raise _refusal(self._what, _TOO_DEEP)
        self._refuse_references(event, location)
        if isinstance(event, yaml.MappingStartEvent):
            return self._section(location, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(location, depth)
        if isinstance(event, yaml.ScalarEvent) and not _is_null(event):
            return self._sound(event.value, location)
        return None

    def _refuse_references(self, event: yaml.Event, location: Location) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._note(location, f"uses an alias (*) at line {_line(event)}; write the value out")
        elif getattr(event, "anchor", None) is not None:
            self._note(location, f"sets an anchor (&) at line {_line(event)}; leave it out")
        if getattr(event, "tag", None) is not None:
            self._note(location, f"carries a tag (!) at line {_line(event)}; write the plain value")

    def _list(self, location: Location, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*location, len(items)), depth + 1))
        return items

    def _section(self, location: Location, depth: int) -> dict[str, Any]:
        section: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._name(event, location, depth)
            inner = (*location, name)
            if name in section:
                self._note(inner, f"stands twice in its section, again at line {_line(event)}; keep one")
            section[name] = self._node(next(self._events), inner, depth + 1)
        return section

    def _name(self, event: yaml.Event, location: Location, depth: int) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, location, depth + 1)
            self._note(location, f"has something other than a word for a field name at line {_line(event)}")
            return ""
        self._refuse_references(event, location)
        if event.implicit[0] and event.value == "<<":
            self._note(location, f"uses a merge key (<<) at line {_line(event)}; write the fields out")
        return self._sound(event.value, location)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _is_null(event: yaml.ScalarEvent) -> bool:
    plain = bool(event.implicit[0])
    return plain and event.value in _NULLS
