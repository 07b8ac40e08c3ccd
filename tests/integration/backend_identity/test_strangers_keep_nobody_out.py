"""Lock-out holds up who guesses: not the centre behind the same address, and not the desk at three in the morning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.engine import reading
from backend.adapters.db.identity import login_attempts
from backend.services.identity.attempts import CENTRE_WAIT, KEPT
from backend.services.identity.log_in import DEVICE_LIFE, LoggedIn, LoginRefusal, LoginRefused
from backend.services.identity.ports import AuditAction
from tests.harness.identity import House

CENTRE = "203.0.113.5"


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


def attack(house: House, minutes: int) -> None:
    """From two hundred addresses, among them the centre's own, against one name."""
    for number in range(200):
        house.attempt("op1", "guess", address=CENTRE if number % 4 == 0 else f"198.51.100.{number}")
    for _ in range(minutes):
        house.clock.turn(timedelta(minutes=1))
        house.attempt("op1", "guess", address=CENTRE)


def test_whoever_is_logged_in_stays_so(house: House) -> None:
    token = house.enter("op1", address=CENTRE).token
    attack(house, 30)
    assert house.identify.session(token) is not None


def test_a_browser_that_was_here_before_is_let_in_in_the_middle_of_an_attack(house: House) -> None:
    device = house.enter("op1", address=CENTRE).device
    attack(house, 5)
    assert isinstance(house.attempt("op1", address=CENTRE), LoginRefused)
    assert isinstance(house.attempt("op1", address=CENTRE, device=device), LoggedIn)


def test_it_has_a_counter_of_its_own_which_waits_as_well(house: House) -> None:
    device = house.enter("op1").device
    for _ in range(6):
        assert house.guess("op1", device=device).reason is LoginRefusal.BAD_CREDENTIALS
    assert house.guess("op1", device=device).reason is LoginRefusal.TOO_MANY_ATTEMPTS
    # What it did is not counted against anybody else, nor against the name.
    house.enter("op1")


def test_one_persons_browser_is_a_stranger_to_another_and_after_half_a_year(house: House) -> None:
    device = house.enter("op2").device
    attack(house, 1)
    assert isinstance(house.attempt("op1", device=device, address=CENTRE), LoginRefused)
    house.clock.turn(DEVICE_LIFE + timedelta(seconds=1))
    assert house.attempts.subjects("op2", "1.2.3.4", device) == house.attempts.subjects("op2", "1.2.3.4", None)


def test_a_browser_is_one_for_all_who_use_it(house: House) -> None:
    device = house.enter("op1").device
    again = house.enter("op2", device=device)
    assert again.device == device
    assert house.attempts.subjects("op1", CENTRE, device) != house.attempts.subjects("op1", CENTRE, None)
    assert house.enter("op1", device="made up").device != "made up"


def test_one_guesser_behind_the_centres_address_holds_up_the_others_for_seconds(house: House) -> None:
    for number in range(60):
        house.attempt(f"name{number % 20}", "guess", address=CENTRE)
    waiting = house.attempt("op2", address=CENTRE)
    assert isinstance(waiting, LoginRefused)
    assert waiting.retry_after is not None
    assert waiting.retry_after <= CENTRE_WAIT <= timedelta(seconds=5)
    house.clock.turn(waiting.retry_after)
    house.enter("op2", address=CENTRE)


def test_what_a_flood_leaves_is_forgotten_in_an_hour_and_codes_are_not(house: House) -> None:
    house.bind_telephone("op1")
    house.attempt("op1", otp="000000")
    for number in range(20):
        house.attempt(f"name{number}", "guess", address=f"198.51.100.{number}")
    house.clock.turn(KEPT + timedelta(seconds=1))
    house.guess("op2")
    with reading(house.engine) as connection:
        kept = sorted(subject.partition(":")[0] for subject in connection.scalars(select(login_attempts.c.subject)))
    assert kept == ["addr", "name", "otp", "pair"]


def test_each_refusal_is_in_the_trail_without_names_or_addresses(house: House) -> None:
    house.guess("op1")
    house.attempt("nobody", "guess", address=CENTRE)
    refused = [entry for entry in house.trail.entries if entry[1] is AuditAction.LOG_IN_REFUSED]
    assert [(subject, dict(detail)) for _, _, subject, detail in refused] == [
        (f"staff:{house.account('op1').id}", {"reason": "bad_credentials"}),
        ("", {"reason": "bad_credentials"}),
    ]
    assert CENTRE not in str(refused)
