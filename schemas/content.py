"""Versions of a contract's service content, each with the day it binds from (IT-27)."""

from __future__ import annotations

from typing import Any

from pydantic import SerializeAsAny, model_validator

from schemas.base import Frozen, date
from schemas.contract import CONTENT_MODELS
from schemas.service import ServiceContent


class ContentVersion(Frozen):
    """The content in force from `effective_on` until the next version; its model is that of `service`."""

    service: str
    effective_on: date
    content: SerializeAsAny[ServiceContent]

    @model_validator(mode="before")
    @classmethod
    def _content_of_the_service(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("content"), dict):
            model = CONTENT_MODELS[value["service"]]
            return {**value, "content": model.model_validate(value["content"])}
        return value
