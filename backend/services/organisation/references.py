"""How organisations and villages are named in a sheet: by id, or by name where only one is called so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from backend.domain.organisation.directory import Directory, Organisation, Village
from backend.services.organisation.cells import CellRefused
from backend.services.organisation.refusals import Told
from contract.vocabulary import Label


class NotFoundError(LookupError):
    """Nothing is called so."""


class Names:
    """Finds ids by what people write, and writes what will be found again."""

    def __init__(self, called: Iterable[tuple[str, str]]) -> None:
        self._ids: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        for id_, name in called:
            self.add(id_, name)

    def add(self, id_: str, name: str) -> None:
        """One more. Of the same id again: by its new name, too."""
        self._names[id_] = name
        found = self._ids.setdefault(name, [])
        if id_ not in found:
            found.append(id_)

    def find(self, word: str, prefer: Callable[[str], bool] = lambda _: False) -> str:
        """The id; of several with the name the one that `prefer` picks. Raises `NotFoundError`, `CellRefused`."""
        if word in self._names:
            return word
        ids = [id_ for id_ in self._ids.get(word, ()) if self._names[id_] == word]
        if len(ids) > 1:
            ids = [id_ for id_ in ids if prefer(id_)] or ids
        if len(ids) > 1:
            raise CellRefused(_ambiguous(word, ids))
        if not ids:
            raise NotFoundError(word)
        return ids[0]

    def write(self, id_: str) -> str:
        """The name where it leads back to this id alone, else the id."""
        name = self._names.get(id_)
        if name is None or name in self._names or len(self._ids[name]) > 1:
            return id_
        return name


def organisation_names(organisations: Mapping[str, Organisation]) -> Names:
    """Of organisations."""
    return Names((one.id, one.name) for one in organisations.values())


def village_names(villages: Mapping[str, Village]) -> Names:
    """Of villages."""
    return Names((village.id, village.name) for village in villages.values())


def names_of(directory: Directory) -> tuple[Names, Names]:
    """Of its organisations and of its villages."""
    return organisation_names(directory.organisations), village_names(directory.villages)


def _ambiguous(word: str, ids: list[str]) -> Told:
    shown = ", ".join(sorted(ids)[:5])
    return Told(
        Label(f"有 {len(ids)} 个都叫“{word}”", f"{len(ids)} are called “{word}”"),
        Label(f"请改填编号，例如：{shown}", f"Write the id instead, one of: {shown}"),
    )
