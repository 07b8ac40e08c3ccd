"""What the demo district asks of dice, and shares that come out exactly, whatever the dice say."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, MutableSequence, Sequence
from typing import Any, Protocol, TypeVar

Value = TypeVar("Value")


class Dice(Protocol):
    """A seeded source of chance, as the standard library's `Random` is one."""

    def random(self) -> float: ...
    def randint(self, a: int, b: int) -> int: ...
    def randrange(self, start: int) -> int: ...
    def uniform(self, a: float, b: float) -> float: ...
    def choice(self, seq: Sequence[Value]) -> Value: ...
    def choices(
        self, population: Sequence[Value], weights: Sequence[float] | None = None, *, k: int = 1
    ) -> list[Value]: ...
    def sample(self, population: Sequence[Value], k: int) -> list[Value]: ...
    def shuffle(self, x: MutableSequence[Any]) -> None: ...
    def expovariate(self, lambd: float) -> float: ...
    def lognormvariate(self, mu: float, sigma: float) -> float: ...
    def getrandbits(self, k: int, /) -> int: ...


def dealt(dice: Dice, count: int, shares: Mapping[Value, float]) -> list[Value]:
    """`count` values, each as often as its share (of the sum) says, to within one; in any order."""
    values = list(shares)
    total = sum(shares.values())
    exact = [count * shares[value] / total for value in values]
    whole = [int(amount) for amount in exact]
    left = count - sum(whole)
    # The largest remainders get what is left; of equals the first.
    for index in sorted(range(len(values)), key=lambda index: whole[index] - exact[index])[:left]:
        whole[index] += 1
    hand = [value for value, often in zip(values, whole, strict=True) for _ in range(often)]
    dice.shuffle(hand)
    return hand


def identifier(dice: Dice) -> str:
    """An id of the form that the platform gives to alerts, calls and work orders."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def happened(dice: Dice, mean: float) -> int:
    """How many of things that happen independently, `mean` of them on average (Poisson)."""
    count, left = 0, dice.expovariate(1.0)
    while left < mean:
        count += 1
        left += dice.expovariate(1.0)
    return count
