"""When a message may be acknowledged: the backend has it, or our disk has it. What is neither stays with the broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from contract.ingest import OutboundCommand
from gateway.core.forwarding import Line, count_outcomes, follows, portion
from gateway.core.ports import (
    Answer,
    Broker,
    Codec,
    Counters,
    Delivery,
    Inspection,
    Item,
    Kind,
    Refused,
    Reply,
    Spool,
    SpoolUnavailable,
    Uplink,
)

Pair = tuple[Delivery, Item]


class Intake:
    """Takes deliveries of one kind to safety. One thread calls `take`."""

    def __init__(
        self,
        kind: Kind,
        codec: Codec,
        uplink: Uplink,
        spool: Spool,
        inspection: Inspection,
        broker: Broker,
        line: Line,
        counters: Counters,
        hand_out: Callable[[Sequence[OutboundCommand]], None],
        spooled: Callable[[], None],
        most: int,
    ) -> None:
        self._kind = kind
        self._codec = codec
        self._uplink = uplink
        self._spool = spool
        self._inspection = inspection
        self._broker = broker
        self._line = line
        self._counters = counters
        self._hand_out = hand_out
        self._spooled = spooled
        self._most = most

    def take(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Hand over or spool, then acknowledge. Returns what is in neither place: give it to `take` again later."""
        now, later = self._sort(self._read(deliveries))
        unsafe: list[Pair] = []
        while now:
            batch = portion(now, lambda pair: len(pair[1].payload), self._most)
            del now[: len(batch)]
            if not self._hand_over(batch):
                later += batch
                if not self._line.up:  # the next deadline would be spent on the same silence
                    later += now
                    break
        if later and not self._to_disk(later):
            unsafe = self._without_disk(later)
        return [delivery for delivery, _ in unsafe]

    def _read(self, deliveries: Sequence[Delivery]) -> list[Pair]:
        pairs: list[Pair] = []
        refused: list[Refused] = []
        unusable: list[Delivery] = []
        received: Counter[tuple[Kind, str]] = Counter()
        for delivery in deliveries:
            read = self._codec.read(delivery)
            if isinstance(read, Item):
                pairs.append((delivery, read))
                received[read.kind, read.reason or "read"] += 1
            else:
                refused.append(read)
                unusable.append(delivery)
                received[self._kind, read.reason] += 1
        for (kind, reason), number in received.items():
            self._counters.count("received", f"{kind}:{reason}", number)
        if refused:
            self._inspection.keep(refused)
            self._broker.acknowledge(unusable)
        return pairs

    def _sort(self, pairs: Sequence[Pair]) -> tuple[list[Pair], list[Pair]]:
        """What is posted at once, and what goes to the disk: all of it while the backend is silent."""
        now: list[Pair] = []
        later: list[Pair] = []
        for pair in pairs:
            (later if not self._line.up or self._must_follow(pair[1]) else now).append(pair)
        return now, later

    def _must_follow(self, item: Item) -> bool:
        try:
            return follows(item) and self._spool.device_waits(item.kind, item.device_id)
        except SpoolUnavailable:
            return False

    def _hand_over(self, batch: Sequence[Pair]) -> bool:
        reply: Reply = self._uplink.post(self._kind, [item for _, item in batch])
        self._line.note(reply.answer)
        if reply.answer is not Answer.STORED:
            return False
        self._acknowledge(batch)
        self._hand_out(reply.commands)
        count_outcomes(self._counters, self._kind, reply)
        self._counters.count("handed_over", f"{self._kind}:direct", len(batch))
        return True

    def _to_disk(self, batch: Sequence[Pair]) -> bool:
        try:
            self._spool.append([item for _, item in batch])
        except SpoolUnavailable:
            self._counters.count("spool_declined", self._kind, len(batch))
            return False
        self._acknowledge(batch)
        self._spooled()
        self._counters.count("spooled", self._kind, len(batch))
        return True

    def _without_disk(self, batch: Sequence[Pair]) -> list[Pair]:
        """One by one to the backend, so that one bad item does not hold the others; until it is silent."""
        unsafe: list[Pair] = []
        for index, pair in enumerate(batch):
            if not self._hand_over([pair]):
                unsafe.append(pair)
                if not self._line.up:
                    return unsafe + list(batch[index + 1 :])
        return unsafe

    def _acknowledge(self, batch: Sequence[Pair]) -> None:
        self._broker.acknowledge([delivery for delivery, _ in batch])
