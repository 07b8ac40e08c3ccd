"""How Mosquitto's dynamic security plug-in is asked and told: `$CONTROL/dynamic-security/v1`, one command a message.

The plug-in rewrites its whole file at each change (36 ms with 18,000 devices, and nobody is served meanwhile): several
commands in one message would make a press wait for all of them.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from backend.adapters.broker_line import BrokerDoor, BrokerLine, broker_line
from backend.services.broker_access.accounts import Access, BrokerAccount, fingerprint, is_service
from backend.services.broker_access.ports import (
    BrokerRefused,
    BrokerSession,
    Change,
    Create,
    CutOff,
    KnownAccount,
    Step,
)

ASK: Final = "$CONTROL/dynamic-security/v1"
ANSWER: Final = f"{ASK}/response"
ESSENTIAL_ROLE: Final = "essential"
PAGE: Final = 2000
"""Some 5 ms of the broker's time."""
GONE_ALREADY: Final = "Client not found"
THERE_ALREADY: Final = "Client already exists"


class DynamicSecurity:
    """`BrokerControl`. A log-in per use: two backends share the account, and the later log-in ends the earlier."""

    def __init__(self, door: BrokerDoor) -> None:
        self._door = door

    @contextmanager
    def open(self) -> Iterator[BrokerSession]:
        with broker_line(self._door) as line:
            line.subscribe(ANSWER)
            yield _Session(line)


class _Session:
    def __init__(self, line: BrokerLine) -> None:
        self._line = line
        self._prefix = secrets.token_hex(8)
        self._count = 0

    def accounts(self) -> Sequence[KnownAccount]:
        found: dict[str, KnownAccount] = {}
        offset = 0
        while True:
            data = self._ask("listClients", {"verbose": True, "count": PAGE, "offset": offset})["data"]
            page = data["clients"]
            found.update((row["username"], _known(row)) for row in page if not is_service(row["username"]))
            offset += len(page)
            if not page or offset >= data["totalCount"]:
                return list(found.values())

    def do(self, step: Step) -> None:
        match step:
            case Create(account, secret):
                if self._try("createClient", {**_fields(account), "password": secret}, THERE_ALREADY):
                    return
                # Somebody else was quicker, perhaps with another secret: what stands in the registry counts.
                self._ask("modifyClient", {**_fields(account), "password": secret})
            case Change(account, secret):
                told = _fields(account)
                if secret is None:
                    # The fingerprint says which secret the broker has; that is not changed here.
                    del told["textname"]
                self._ask("modifyClient", {**told, **({"password": secret} if secret is not None else {})})
                self._ask("enableClient", {"username": account.name})
            case CutOff(name):
                self._try("deleteClient", {"username": name}, GONE_ALREADY)

    def _try(self, command: str, fields: Mapping[str, Any], expected: str) -> bool:
        """False where the answer is the expected refusal."""
        try:
            self._ask(command, fields)
        except BrokerRefused as refusal:
            if str(refusal) != expected:
                raise
            return False
        return True

    def _ask(self, command: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        self._count += 1
        mark = f"{self._prefix}-{self._count}"
        body = {"commands": [{"command": command, "correlationData": mark, **fields}]}
        self._line.publish(ASK, json.dumps(body).encode())
        while True:
            answers = json.loads(self._line.receive())["responses"]
            ours = next((answer for answer in answers if answer.get("correlationData") == mark), None)
            if ours is None:
                continue  # everybody who may control it hears all answers
            if "error" in ours:
                raise BrokerRefused(str(ours["error"]))
            return dict(ours)


def _fields(account: BrokerAccount) -> dict[str, Any]:
    return {
        "username": account.name,
        "textname": fingerprint(account.secret_hash),
        "roles": [{"rolename": role} for role in roles_of(account.access)],
    }


def roles_of(access: Access) -> list[str]:
    """What Mosquitto calls it: without a role the rules of the acl file hold, the role takes something away."""
    return [] if access is Access.FULL else [ESSENTIAL_ROLE]


def _known(row: Mapping[str, Any]) -> KnownAccount:
    roles = {role["rolename"] for role in row.get("roles", [])}
    access = Access.ESSENTIAL if ESSENTIAL_ROLE in roles else Access.FULL
    return KnownAccount(row["username"], row.get("textname", ""), access, bool(row.get("disabled", False)))
