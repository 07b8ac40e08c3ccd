"""Where the dice of the demo district come from: a stream of its own for each part, and shares that come out exactly."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from random import Random
from typing import TypeVar

Value = TypeVar("Value")


def stream(seed: int, part: str) -> Random:
    """The dice of one part: what another part throws moves nothing here. The same on every machine and version."""
    digest = hashlib.sha256(f"demo/{seed}/{part}".encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))


def dealt(dice: Random, count: int, shares: Mapping[Value, float]) -> list[Value]:
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


def identifier(dice: Random) -> str:
    """An id of the form that the platform gives to alerts, calls and work orders."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def whole(dice: Random, mean: float) -> int:
    """A number of things that happen independently, `mean` of them on average (Poisson)."""
    count, left = 0, dice.expovariate(1.0)
    while left < mean:
        count += 1
        left += dice.expovariate(1.0)
    return count
