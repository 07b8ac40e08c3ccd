"""Which copies of an event wait on disk only once: byte-identical messages of one device. Elsewhere none is dropped."""

from __future__ import annotations

import hashlib

from gateway.core.ports import Item, Kind


def fingerprint(item: Item) -> bytes | None:
    """The key under which copies of `item` wait only once on disk, or None where every copy counts.

    Identical bytes carry the same event id, so one waiting copy answers for all of them. Status messages without a
    time are alike too, but there the order of online and offline is the message; and each unreadable event counts.
    """
    if item.kind is not Kind.EVENT or item.reason:
        return None
    digest = hashlib.blake2b(digest_size=16, person=b"event")
    digest.update(item.device_id.encode())
    digest.update(b"\x01" if item.retained else b"\x00")
    digest.update(item.payload)
    return digest.digest()
