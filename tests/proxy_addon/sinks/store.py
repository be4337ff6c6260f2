"""A receiver in memory, for tests of the shipper."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from proxy_addon.sinks.sink import Answer, Delivered, Entry, Parcel, Refused, TryAgain, Unfit


class Killed(BaseException):
    """The process ends here."""


class Store:
    """A receiver in memory that does what its plan says, one step a call, and then behaves."""

    def __init__(
        self, plan: Iterable[str] = (), *, most: int = 3, poison: frozenset[str] = frozenset()
    ) -> None:
        self.plan = list(plan)
        self.most = most
        self.poison = poison
        self.got: list[str] = []
        self.sends = 0
        self.closed = False

    def pack(self, entries: Iterable[Entry]) -> Iterator[Parcel | Unfit]:
        held: list[Entry] = []
        for entry in entries:
            if entry.fields["tenant"] == "unfit":
                yield Unfit(entry, "does not fit")
                continue
            held.append(entry)
            if len(held) == self.most:
                yield Parcel(tuple(held))
                held = []
        if held:
            yield Parcel(tuple(held))

    def send(self, parcel: Parcel) -> Answer:
        self.sends += 1
        step = self.plan.pop(0) if self.plan else "take"
        ids = [entry.record_id for entry in parcel.entries]
        if step == "kill":
            raise Killed
        if step == "break":
            raise RuntimeError("quotes a secret")
        if step == "refuse":
            return TryAgain("HTTP 503")
        if self.poison & set(ids):
            return Refused("HTTP 400 InvalidRecord")
        self.got.extend(ids)
        if step == "take and kill":
            raise Killed
        return TryAgain("no answer") if step == "take and lose" else Delivered()

    def close(self) -> None:
        self.closed = True


def ids(*numbers: int) -> list[str]:
    return [f"record-{number}" for number in numbers]
