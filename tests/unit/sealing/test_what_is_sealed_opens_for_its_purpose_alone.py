"""A sealed value opens with its key, in its place, and unaltered; keys change without a value being lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.adapters.sealing import KeyRing

CODE = b"4711#"
PLACE = "home/h1/door_code"


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "seal.key")


def test_it_opens_in_its_place(ring: KeyRing) -> None:
    sealed = ring.seal(CODE, PLACE)
    assert ring.open(sealed, PLACE) == CODE
    assert CODE not in sealed
    assert ring.seal(CODE, PLACE) != sealed, "the same code is not seen to be the same"
    assert ring.path.stat().st_mode & 0o777 == 0o600


def test_moved_to_another_row_it_does_not(ring: KeyRing) -> None:
    assert ring.open(ring.seal(CODE, PLACE), "home/h2/door_code") is None


def test_nor_altered_in_any_byte(ring: KeyRing) -> None:
    sealed = ring.seal(CODE, PLACE)
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        assert ring.open(bytes(altered), PLACE) is None
    assert ring.open(b"", PLACE) is None


def test_nor_with_another_key(ring: KeyRing, tmp_path: Path) -> None:
    assert KeyRing(tmp_path / "other.key").open(ring.seal(CODE, PLACE), PLACE) is None


def test_keys_change_while_old_values_still_open(ring: KeyRing) -> None:
    old = ring.seal(CODE, PLACE)
    ring.add()
    new = ring.seal(CODE, PLACE)
    assert (ring.open(old, PLACE), ring.open(new, PLACE)) == (CODE, CODE)
    assert (ring.is_newest(old), ring.is_newest(new)) == (False, True)
    assert ring.drop_old() == 1
    assert (ring.open(old, PLACE), ring.open(new, PLACE)) == (None, CODE)


def test_a_file_that_is_no_key_is_refused(ring: KeyRing) -> None:
    ring.path.write_text("deadbeef\n")
    with pytest.raises(ValueError, match="256 bits"):
        ring.seal(CODE, PLACE)
