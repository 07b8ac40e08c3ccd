"""Every route of the program, as every role: what the table says and nothing else, and nothing of the other town."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from backend.adapters.clock import SystemClock
from backend.adapters.db.engine import writing
from backend.domain.access.permission import Permission
from backend.domain.access.roles import StaffRole
from backend.domain.access.subjects import BY_FIELD, FREE, OWNERS, Kind
from backend.domain.access.table import TABLE
from tests.harness.backend import Platform
from tests.harness.two_towns import ABSENT, HERE, MARK, THERE, cookie_of, id_of, plant_again

OWN_LOG_IN = "/api/v1/session"
REFUSALS = ("forbidden", "district_only")
ENDLESS = "/api/v1/stream"
PLAIN = {"step": "voice", "reason": "never_accepted", "override_id": f"{HERE}-override"}
PLAIN |= {"assignment_id": f"{HERE}-assignment", "session_id": "none", "token_id": "none"}
PLAIN |= {"window_id": "none"}
"""Parameters that name nothing of anybody's, or only together with what stands beside them."""
QUERY = {"/api/v1/statements": {"day": "2026-11-24"}, "/api/v1/telemetry/latest": {"all": "true"}}
QUERY |= {path: {"format": "csv"} for path in ("/api/v1/work-orders/export", "/api/v1/kpis/export")}
QUERY |= {"/api/v1/contact-points/no-cover": {"state": "disabled"}}
ONLY_WHERE_SET_UP = {("GET", "/api/v1/session/oidc"), ("GET", "/api/v1/session/oidc/callback")}
SPAN = {"from": "2026-01-01T00:00:00Z", "to": "2027-01-01T00:00:00Z"}


@dataclass(frozen=True)
class Call:
    """A request, and what each field of it names: (where it stands, its name) → kind."""

    permission: Permission
    fields: dict[tuple[str, str], Kind]
    towns: dict[tuple[str, str], str] = field(default_factory=dict)

    def value(self, place: tuple[str, str]) -> str:
        return id_of(self.fields[place], self.towns.get(place, HERE))

    def of(self, where: str) -> dict[str, str]:
        return {name: self.value((at, name)) for at, name in self.fields if at == where}


def described(client: TestClient) -> Any:
    return client.get("/api/v1/openapi.json", headers=cookie_of(StaffRole.ADMINISTRATOR, "")).json()


def properties(part: Any, schemas: dict[str, Any]) -> Iterator[str]:
    """Names of all fields of a body, however deep."""
    if isinstance(part, list):
        for one in part:
            yield from properties(one, schemas)
    elif isinstance(part, dict):
        yield from part.get("properties", {})
        for name, one in part.items():
            deeper = schemas[one.rpartition("/")[2]] if name == "$ref" else one
            yield from properties(deeper, schemas)


def fields_of(permission: Permission, description: Any) -> dict[tuple[str, str], Kind]:
    """What the fields of a call name; of a body only those at its top, which is where one is looked for first."""
    names = {**BY_FIELD, **permission.also, "owner_id": Kind.PERSON}
    found = [("path", part[1:-1]) for part in permission.path.split("/") if part.startswith("{")]
    operation = description["paths"].get(permission.path, {}).get(permission.method.lower(), {})
    found += [("query", one["name"]) for one in operation.get("parameters", ()) if one["in"] == "query"]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "$ref" in content["schema"]:
            schema = description["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            found += [("body", name) for name in schema["properties"]]
    kinds = {place: names.get(place[1]) for place in found}
    # Lists of ids are the property test's.
    return {place: kind for place, kind in kinds.items() if kind is not None and place[1] not in ("people",)}


def send(client: TestClient, call: Call, headers: dict[str, str]) -> httpx2.Response:
    permission = call.permission
    named = {**PLAIN, **call.of("path")}
    path = permission.path.format(**{name: named[name] for _, name in _parameters(permission)})
    query = {**QUERY.get(permission.path, {}), **call.of("query")}
    if "/kpis" in path or path.endswith("/shifts"):
        query |= SPAN
    query |= {"owner_kind": "person"} if "owner_id" in query else {}
    body = call.of("body")
    body |= {"owner_kind": "person"} if "owner_id" in body else {}
    sent = None if permission.method in ("GET", "DELETE") else body
    if sent is not None and path.endswith("/import"):
        return client.request(permission.method, path, files={"file": b"x"}, params=query, headers=headers)
    return client.request(permission.method, path, json=sent, params=query, headers=headers)


def _parameters(permission: Permission) -> Iterator[tuple[str, str]]:
    return (("path", part[1:-1]) for part in permission.path.split("/") if part.startswith("{"))


def walked(description: Any, role: StaffRole) -> Iterator[Call]:
    for permission in TABLE.values():
        own = permission.path.startswith(OWN_LOG_IN) and permission.method != "GET"
        if not permission.public and not own and permission.path != ENDLESS:
            fields = fields_of(permission, description)
            if role is StaffRole.RESPONDER:
                # They see alerts that they were asked to go to, and no organisation whose desk they could ask for.
                fields = {at: kind for at, kind in fields.items() if kind is not Kind.ORGANISATION or at[0] == "path"}
            yield Call(permission, fields)


def is_refused(answer: httpx2.Response) -> bool:
    """By the table; a call's own reasons (not one's alert, not one's test) have codes of their own."""
    return answer.status_code == 401 or (answer.status_code == 403 and answer.json()["code"] in REFUSALS)


def is_broken(answer: httpx2.Response) -> bool:
    """503 of the readiness probe is an answer: no gateway runs here."""
    return answer.status_code >= 500 and "ready" not in answer.json()


def is_hidden(answer: httpx2.Response) -> bool:
    return answer.status_code == 404 and answer.json()["title"] == "Not found"


@pytest.mark.parametrize("role", StaffRole)
def test_a_role_may_do_what_the_table_says_within_its_town(
    platform: Platform, client: TestClient, role: StaffRole
) -> None:
    headers, wrong = cookie_of(role, HERE), []
    for call in walked(described(client), role):
        permission = call.permission
        with writing(platform.backend.engine) as connection:
            plant_again(connection, SystemClock().now())
            connection.commit()
        answer = send(client, call, headers)
        shut = not permission.allows(role, frozenset()) or permission.district
        if shut and answer.status_code != 403:
            wrong.append(f"{permission.method} {permission.path}: {answer.status_code}, may not")
        elif not shut and (is_refused(answer) or is_hidden(answer) or is_broken(answer)):
            wrong.append(f"{permission.method} {permission.path}: {answer.status_code} {answer.text[:99]}, may")
        if MARK in answer.text:
            wrong.append(f"{permission.method} {permission.path} shows what is not of the town: {excerpt(answer)}")
    assert not wrong, "\n".join(wrong)


def excerpt(answer: httpx2.Response) -> str:
    at = answer.text.index(MARK)
    return answer.text[max(0, at - 60) : at + 20]


@pytest.mark.parametrize("role", StaffRole)
def test_what_is_of_the_other_town_is_as_if_it_were_not_there(client: TestClient, role: StaffRole) -> None:
    headers, wrong = cookie_of(role, HERE), []
    for call in walked(described(client), role):
        permission = call.permission
        if not permission.allows(role, frozenset()) or permission.district:
            continue
        for place, kind in call.fields.items():
            outside = send(client, replace(call, towns={place: THERE}), headers)
            absent = send(client, replace(call, towns={place: ABSENT}), headers)
            if outside.status_code != 404 or MARK in outside.text:
                wrong.append(f"{permission.method} {permission.path} {place}: {outside.status_code}")
            if kind not in permission.new and (absent.status_code, absent.text) != (404, outside.text):
                wrong.append(f"{permission.method} {permission.path} {place}: {absent.status_code}, not there")
    assert not wrong, "\n".join(wrong)


def test_the_district_sees_both_towns(client: TestClient) -> None:
    for role in (StaffRole.ADMINISTRATOR, StaffRole.OPERATOR, StaffRole.AUDITOR, StaffRole.TECHNICIAN):
        answer = client.get("/api/v1/alerts", headers=cookie_of(role, "")).json()
        assert {one["id"] for one in answer["items"]} >= {id_of(Kind.ALERT, HERE), id_of(Kind.ALERT, THERE)}


def test_every_route_stands_in_the_table_and_nothing_else_does(platform: Platform) -> None:
    routes = {
        (method, context.path)
        for context in iter_route_contexts(platform.backend.api.routes)
        for method in context.methods
    }
    assert not routes - set(TABLE)
    assert set(TABLE) - routes <= ONLY_WHERE_SET_UP


def test_what_is_public_is_public_at_the_door_too(client: TestClient) -> None:
    shut = [
        f"{one.method} {one.path}"
        for one in TABLE.values()
        if (client.request(one.method, one.path.format_map(_Filled())).status_code == 401) is one.public
        and not one.path.startswith(("/{", "/r/", "/replies", "/receipts", "/calendars"))
    ]
    # A log-in without a name is 401 by itself, and the way to an OpenID provider is there only where one is set up.
    refused = {f"{method} {path}" for method, path in ({("POST", "/api/v1/session")} | ONLY_WHERE_SET_UP)}
    assert not set(shut) - refused


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "x"


def test_every_field_that_is_an_id_says_of_what(client: TestClient) -> None:
    description = described(client)
    schemas = description["components"]["schemas"]
    known = {*BY_FIELD, *FREE, "owner_id"}
    unknown = [
        f"{method} {path}: {name}"
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
        for name in (
            *(one["name"] for one in operation.get("parameters", ()) if one["in"] != "header"),
            *properties(operation.get("requestBody", {}), schemas),
        )
        if name.endswith(("_id", "_ids")) and name not in known
        if (method.upper(), path) in TABLE and name not in TABLE[method.upper(), path].also
    ]
    assert not unknown
    assert set(OWNERS) == {"person", "contact", "organisation"}
