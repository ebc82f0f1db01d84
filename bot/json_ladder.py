"""Decides in which ways an endpoint is asked for JSON, and what counts as the JSON it was asked for."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import ValidationError

from indexing.language_model import ModelUnavailable, Prompt, T

Rung = Literal["json_schema", "json_object with schema", "json_object", "text"]
LADDER: tuple[Rung, ...] = ("json_schema", "json_object with schema", "json_object", "text")
"""Ways to get JSON, best first. The schema also stands in the prompt from the second on."""


def shaped(rung: Rung, answer: type[T]) -> dict[str, Any]:
    """What one rung adds to a request; `schema` is for the prompt."""
    schema = answer.model_json_schema()
    written = json.dumps(schema, separators=(",", ":"))
    match rung:
        case "json_schema":
            named = {"name": "answer", "schema": schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case "json_object with schema":
            shape: dict[str, Any] = {"type": "json_object", "schema": schema}
            return {"response_format": shape, "schema": written}
        case "json_object":
            return {"response_format": {"type": "json_object"}, "schema": written}
        case "text":
            return {"schema": written}


def in_prompt(prompt: Prompt, shape: dict[str, Any]) -> tuple[Prompt, dict[str, Any]]:
    """The schema that a rung puts into the prompt moved there, and what is left of the request."""
    schema = shape.pop("schema", "")
    if schema:
        task = f"{prompt.task}\n\nAnswer with one JSON object of this schema only:\n{schema}"
        prompt = Prompt(prompt.instructions, prompt.untrusted, task, prompt.max_tokens)
    return prompt, shape


def parsed(said: str, answer: type[T]) -> T:
    """The first JSON object in what was said, which some models wrap in words or code fences.

    Raises `ModelUnavailable` where there is none, or none of the shape asked for.
    """
    start = said.find("{")
    try:
        value, _ = json.JSONDecoder().raw_decode(said, max(start, 0))
        return answer.model_validate(value)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ModelUnavailable("off_schema", "no JSON object") from error
    except ValidationError as error:
        fields = ", ".join(str(one["loc"]) for one in error.errors()[:3])
        raise ModelUnavailable("off_schema", fields) from error
