"""The second factor: codes of a telephone, recovery codes, who must have one, who may take it away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from backend.adapters.db.engine import reading
from backend.adapters.db.identity import recovery_codes, second_factors
from backend.services.identity.actor import StaffRole
from backend.services.identity.enrol_otp import OtpOffer, OtpRefusal, OtpState
from backend.services.identity.log_in import LoggedIn, LoginRefusal, LoginRefused
from backend.services.identity.policy import Policy
from backend.services.identity.session import Must
from backend.services.identity.staff_refusals import StaffFault, StaffRefused
from tests.harness.identity import House

STEP = timedelta(seconds=30)


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


def reason(outcome: object) -> LoginRefusal:
    assert isinstance(outcome, LoginRefused)
    return outcome.reason


def test_a_code_is_asked_for_only_after_the_right_password(house: House) -> None:
    telephone, _ = house.bind_telephone("op1")
    assert house.guess("op1").reason is LoginRefusal.BAD_CREDENTIALS
    assert reason(house.attempt("op1")) is LoginRefusal.OTP_REQUIRED
    house.clock.turn(STEP)
    assert isinstance(house.attempt("op1", otp=house.code(telephone)), LoggedIn)
    assert reason(house.attempt("op1", "wrong", otp=house.code(telephone, 1))) is LoginRefusal.BAD_CREDENTIALS


def test_a_code_is_good_one_step_early_and_late_and_never_twice(house: House) -> None:
    telephone, _ = house.bind_telephone("op1")
    house.clock.turn(10 * STEP)
    assert reason(house.attempt("op1", otp=house.code(telephone, -2))) is LoginRefusal.BAD_OTP
    assert reason(house.attempt("op1", otp=house.code(telephone, 2))) is LoginRefusal.BAD_OTP
    assert isinstance(house.attempt("op1", otp=house.code(telephone, -1)), LoggedIn)
    assert reason(house.attempt("op1", otp=house.code(telephone, -1))) is LoginRefusal.OTP_USED
    assert isinstance(house.attempt("op1", otp=house.code(telephone, 1)), LoggedIn)
    # One that was not used, but is older than one that was, is not good any more.
    assert reason(house.attempt("op1", otp=house.code(telephone))) is LoginRefusal.OTP_USED


def test_the_code_that_confirmed_the_telephone_is_used_up(house: House) -> None:
    telephone, _ = house.bind_telephone("op1")
    assert reason(house.attempt("op1", otp=house.code(telephone))) is LoginRefusal.OTP_USED


def test_ten_recovery_codes_are_each_good_once(house: House) -> None:
    _, codes = house.bind_telephone("op1")
    assert len(set(codes)) == 10
    assert isinstance(house.attempt("op1", otp=codes[0].upper().replace("-", " ")), LoggedIn)
    assert reason(house.attempt("op1", otp=codes[0])) is LoginRefusal.BAD_OTP
    assert house.otp.standing(house.account("op1")).recovery_codes == 9
    house.bind_telephone("op2")
    assert reason(house.attempt("op2", otp=codes[1])) is LoginRefusal.BAD_OTP


def test_guessing_codes_waits_longer_and_longer_and_keeps_nobody_else_out(house: House) -> None:
    telephone, _ = house.bind_telephone("op1")
    for _ in range(6):
        assert reason(house.attempt("op1", otp="000000")) is LoginRefusal.BAD_OTP
    blocked = house.attempt("op1", otp=house.code(telephone, 1))
    assert reason(blocked) is LoginRefusal.TOO_MANY_ATTEMPTS
    tries = 0
    for _ in range(24 * 6):
        house.clock.turn(timedelta(minutes=10))
        tries += reason(house.attempt("op1", otp="000000", address="10.7.7.7")) is LoginRefusal.BAD_OTP
    assert tries <= 110
    house.enter("op2")


def test_half_a_log_in_clears_no_record_of_guesses(house: House) -> None:
    house.bind_telephone("op1")
    for _ in range(5):
        house.guess("op1")
    assert reason(house.attempt("op1")) is LoginRefusal.OTP_REQUIRED
    house.guess("op1")
    assert reason(house.attempt("op1")) is LoginRefusal.TOO_MANY_ATTEMPTS


def test_nothing_in_the_database_makes_a_code(house: House) -> None:
    offer = house.otp.offer(house.account("op1"), house.words["op1"])
    assert isinstance(offer, OtpOffer)
    codes = house.otp.confirm(house.account("op1"), "000000")
    assert codes is None
    _, codes = house.bind_telephone("op2")
    with reading(house.engine) as connection:
        kept = str(connection.execute(select(second_factors)).all())
        hashes = str(connection.execute(select(recovery_codes)).all())
    assert offer.secret not in kept
    assert not any(code in hashes or code.replace("-", "") in hashes for code in codes)
    assert "issuer=Care" in offer.address


def test_a_telephone_that_was_shown_but_never_confirmed_asks_nobody(house: House) -> None:
    house.otp.offer(house.account("op1"), house.words["op1"])
    assert house.otp.standing(house.account("op1")).state is OtpState.PENDING
    house.enter("op1")


def test_the_old_telephone_is_good_until_the_new_one_is_confirmed(house: House) -> None:
    old, _ = house.bind_telephone("op1")
    house.clock.turn(10 * STEP)
    house.otp.offer(house.account("op1"), house.words["op1"])
    assert isinstance(house.attempt("op1", otp=house.code(old)), LoggedIn)
    new, _ = house.bind_telephone("op1")
    house.clock.turn(STEP)
    assert reason(house.attempt("op1", otp=house.code(old))) is LoginRefusal.BAD_OTP
    assert isinstance(house.attempt("op1", otp=house.code(new)), LoggedIn)


def test_binding_and_giving_up_need_the_password(house: House) -> None:
    house.bind_telephone("op1")
    assert house.otp.offer(house.account("op1"), "wrong") is OtpRefusal.WRONG_PASSWORD
    assert house.otp.give_up(house.account("op1"), "wrong") is OtpRefusal.WRONG_PASSWORD
    assert house.otp.give_up(house.account("op1"), house.words["op1"]) is None
    house.enter("op1")


def test_a_role_that_must_have_one_gets_no_further_without(house: House) -> None:
    house.wire(Policy(otp_roles=frozenset({StaffRole.ADMINISTRATOR})))
    entered = house.attempt("admin")
    assert isinstance(entered, LoggedIn)
    assert entered.session.must is Must.ENROL_OTP
    house.bind_telephone("admin")
    session = house.identify.session(entered.token)
    assert session is not None
    assert session.must is None
    assert house.otp.give_up(house.account("admin"), house.words["admin"]) is OtpRefusal.REQUIRED
    assert isinstance(house.attempt("op1"), LoggedIn)


def test_another_administrator_takes_it_away_and_nobody_their_own(house: House) -> None:
    house.bind_telephone("admin")
    second = house.hire("second", StaffRole.ADMINISTRATOR).actor
    with pytest.raises(StaffRefused) as refused:
        house.reset_otp(house.account("admin").id, house.actor("admin"))
    assert refused.value.reason is StaffFault.NOT_YOURSELF
    house.reset_otp(house.account("admin").id, second)
    house.enter("admin")
    assert house.otp.standing(house.account("admin")).recovery_codes == 0


def test_with_another_key_codes_are_refused_and_recovery_codes_still_good(house: House) -> None:
    telephone, codes = house.bind_telephone("op1")
    house.key_file.unlink()
    house.clock.turn(STEP)
    assert reason(house.attempt("op1", otp=house.code(telephone))) is LoginRefusal.BAD_OTP
    assert isinstance(house.attempt("op1", otp=codes[0]), LoggedIn)
