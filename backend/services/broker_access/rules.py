"""What the shipped access rules say: who may publish where and hear what. The file is the one that Mosquitto reads.

Read with Mosquitto's meaning: `user` names whose rules follow, `pattern` holds for everybody with `%u` for the name,
`topic` and `pattern` give `read`, `write` or `readwrite` (the default). What is not listed is denied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from backend.services.broker_access.accounts import Access

TAKEN_AWAY: Final = ("telemetry", "status", "result")
"""What a device that may do the essential only does not publish."""
_ONE, _REST = "+", "#"


class Action(StrEnum):
    """What a client asks to do."""

    PUBLISH = "publish"
    SUBSCRIBE = "subscribe"


class RuleError(ValueError):
    """The file has a line that is no rule; the message holds its number."""


_GRANTS: Final[Mapping[str, frozenset[Action]]] = {
    "read": frozenset({Action.SUBSCRIBE}),
    "write": frozenset({Action.PUBLISH}),
    "readwrite": frozenset(Action),
}


@dataclass(frozen=True, slots=True)
class AccessRules:
    """`for_user`: topics granted to one account; `for_all`: patterns with `%u`."""

    for_user: Mapping[str, Sequence[tuple[str, Action]]]
    for_all: Sequence[tuple[str, Action]]

    def allow(self, name: str, action: Action, topic: str, access: Access = Access.FULL) -> bool:
        """Whether `name` may publish on this topic, or subscribe to this filter and everything that it matches."""
        if not name or any(sign in name for sign in "+#/"):
            return False  # it would reach into the topics of others
        levels = topic.split("/")
        if action is Action.PUBLISH and ({_ONE, _REST} & set(levels) or _is_taken_away(levels, access)):
            return False
        granted = [*self.for_user.get(name, ()), *((topic.replace("%u", name), what) for topic, what in self.for_all)]
        return any(what is action and covers(rule.split("/"), levels) for rule, what in granted)


def read_rules(text: str) -> AccessRules:
    """Raises `RuleError`; a rule that cannot be read must not be taken for one that is not there."""
    for_user: dict[str, list[tuple[str, Action]]] = {}
    for_all: list[tuple[str, Action]] = []
    user = ""
    for number, line in enumerate(text.splitlines(), 1):
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "user" and rest.strip():
            user = rest.strip()
        elif word in ("topic", "pattern") and rest.strip():
            target = for_all if word == "pattern" else for_user.setdefault(user, [])
            target.extend(_granted(rest.strip(), number))
        else:
            raise RuleError(f"line {number}")
    return AccessRules(for_user, for_all)


def covers(rule: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether everything that `asked` (a topic or a filter) matches is matched by `rule`."""
    if asked[0].startswith("$") and rule[0] in (_ONE, _REST):
        return False
    for position, level in enumerate(rule):
        if level == _REST:
            return True
        if position >= len(asked):
            return False
        if asked[position] == _REST or (level != _ONE and level != asked[position]):
            return False
    return len(rule) == len(asked)


def _granted(rule: str, number: int) -> Iterator[tuple[str, Action]]:
    kind, _, topic = rule.partition(" ")
    if not topic:
        kind, topic = "readwrite", rule
    if kind not in _GRANTS:
        raise RuleError(f"line {number}")
    for action in sorted(_GRANTS[kind]):
        yield topic.strip(), action


def _is_taken_away(levels: Sequence[str], access: Access) -> bool:
    return access is Access.ESSENTIAL and levels[-1] in TAKEN_AWAY
