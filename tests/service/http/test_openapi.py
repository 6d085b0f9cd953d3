"""The OpenAPI document: valid, whole, and true to what the service does with its own examples."""

import json
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute

from service.http import examples
from service.http.app import create_app, routes
from service.http.keyed import HEADER
from service.http.openapi import EVENTS
from service.http.shown import shown_of
from tests.service.databases import Fresh
from tests.service.running import Running

Document = dict[str, Any]
ROLES = {"conversations": "service", "tickets": "service", "desk": "desk", "ops": "ops", "health": ""}


@pytest.fixture
def url(fresh_sqlite_database: Fresh) -> str:
    """One database is enough: that both answer alike is shown elsewhere."""
    return fresh_sqlite_database()


@pytest.fixture
def document(service: Running) -> Document:
    """The document."""
    found: Document = service.app.openapi()
    return found


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def resolved(document: Document, part: Document) -> Document:
    steps = part["$ref"].split("/")[1:] if "$ref" in part else []
    return reduce(getitem, steps, document) if steps else part


def shown_in(document: Document) -> Iterator[tuple[str, Document, Any]]:
    """Yield every example with its schema and where it stands."""
    for where, operation in operations(document):
        for parameter in operation.get("parameters", []):
            found = resolved(document, parameter)
            for example in found["schema"].get("examples") or [found.get("example")]:
                yield f"{where} {found['name']}", found["schema"], example
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        answered = [resolved(document, response) for response in operation["responses"].values()]
        for holder in (*bodies, *answered):
            for header in holder.get("headers", {}).values():
                yield f"{where} header", header["schema"], header["example"]
            for content in holder["content"].values():
                several = [one["value"] for one in content.get("examples", {}).values()]
                for example in several or [content["example"]]:
                    yield where, content["schema"], example


async def test_it_is_valid_openapi_3_1_and_every_time_the_same(service: Running, document: Document) -> None:
    import schemathesis

    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    assert (await service.http.get("/openapi.json")).json() == document == create_app(service.parts).openapi()


def test_every_operation_is_described_with_examples(document: Document) -> None:
    for where, operation in operations(document):
        assert operation["summary"], where
        assert len(operation["description"]) > len(operation["summary"]), where
        assert "security" in operation, where
        assert any(status.startswith("2") for status in operation["responses"]), where
        for parameter in operation.get("parameters", []):
            assert resolved(document, parameter)["description"], where
        if "requestBody" in operation:
            assert operation["requestBody"]["content"]["application/json"]["examples"], where
    assert len(list(shown_in(document))) > 200


def test_every_example_is_of_its_schema(document: Document) -> None:
    for where, schema, example in shown_in(document):
        validator = jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})
        assert validator.is_valid(example), (where, example, [str(error) for error in validator.iter_errors(example)])


async def offered(service: Running) -> dict[str, str]:
    """Have a refund offered, as the examples tell it; return what their ids are here."""
    decision = (await service.post("/v1/chat", examples.MESSAGES["begins"]["value"])).json()
    listed = (await service.get("/v1/desk/cases?state=waiting&most=200", "desk")).json()["cases"]
    (case,) = (one for one in listed if one["ticket_id"] == decision["ticket_id"])
    return {
        examples.CONVERSATION_ID: decision["conversation_id"],
        examples.TICKET_ID: decision["ticket_id"],
        examples.CASE_ID: case["case_id"],
    }


def as_shown(route: APIRoute, body: Any, document: Document, ids: dict[str, str]) -> tuple[str, Any]:
    """Return path and body of an example, with the ids of this database."""
    (method,) = route.methods or ()
    asked = json.dumps([route.path, body])
    for parameter in document["paths"][route.path][method.lower()].get("parameters", []):
        if parameter.get("in") == "path":
            asked = asked.replace(f"{{{parameter['name']}}}", parameter["schema"]["examples"][0])
    for shown, here in ids.items():
        asked = asked.replace(shown, here)
    path, body = json.loads(asked)
    return path, body


async def test_every_request_example_is_answered_as_the_document_says(service: Running, document: Document) -> None:
    for route in routes():
        for name, example in (shown_of(route.endpoint).asks or {"": {}}).items():
            # Each has a case of its own: what is done with one can't be done again.
            path, body = as_shown(route, example.get("value"), document, await offered(service))
            role = ROLES[str(route.tags[0])]
            answer = await (service.post(path, body, role) if "POST" in route.methods else service.get(path, role))
            assert answer.status_code == (route.status_code or 200), (path, name, answer.text)


async def test_an_idempotency_key_is_documented_where_one_is_read(service: Running, document: Document) -> None:
    ids = await offered(service)
    for route in routes():
        for example in shown_of(route.endpoint).asks.values():
            path, body = as_shown(route, example["value"], document, ids)
            answer = await service.post(path, body, ROLES[str(route.tags[0])], **{HEADER: "not one"})
            described = json.dumps(document["paths"][route.path]["post"].get("parameters", []))
            assert (answer.status_code == 400) is (HEADER in described), path


async def test_every_event_of_a_stream_is_one_of_those_described(service: Running) -> None:
    answer = await service.post("/v1/chat/stream", examples.MESSAGES["begins"]["value"])
    lines = [line.partition(": ") for line in answer.text.splitlines() if line and not line.startswith(":")]
    names = [value for key, _, value in lines if key == "event"]
    assert list(dict.fromkeys(names)) == [name for name in EVENTS if name != "problem"]
    for name, data in zip(names, [value for key, _, value in lines if key == "data"], strict=True):
        EVENTS[name].model_validate_json(data)
    for name, example in examples.STREAM.items():
        EVENTS[name].model_validate_json(json.dumps(example))
