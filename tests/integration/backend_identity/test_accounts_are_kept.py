"""Accounts: one-time passwords, changes that end sessions, and the administrator who stays."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from backend.adapters.db.engine import writing
from backend.adapters.db.identity import staff
from backend.adapters.db.organisation import organisations
from backend.adapters.db.organisation_store import SqlOrganisationStore
from backend.services.identity.actor import StaffRole
from backend.services.identity.change_staff import NewStaff
from backend.services.identity.log_in import LoggedIn, LoginRefusal, LoginRefused
from backend.services.identity.open_session import Opened, Visitor
from backend.services.identity.password_rules import PasswordFault
from backend.services.identity.ports import AuditAction
from backend.services.identity.session import Must
from backend.services.identity.staff_refusals import StaffFault, StaffRefused
from backend.services.organisation.assign import AssignmentRefused, AssignStaff, Unassignable
from tests.harness.identity import MACHINE, House

GOOD = "seven lanterns over the quay"
HERE = Visitor("10.0.0.1")


@pytest.fixture
def house(database: Engine, tmp_path: Path) -> House:
    return House(database, tmp_path).open_demo()


@pytest.fixture
def north(house: House) -> str:
    """A village under the town of `north-town`."""
    rows = [
        {"id": "north-town", "parent_id": "district", "kind": "town", "name": "北镇", "provides": []},
        {"id": "north", "parent_id": "north-town", "kind": "village", "name": "北村", "provides": []},
        {"id": "south", "parent_id": "district", "kind": "town", "name": "南镇", "provides": []},
    ]
    with writing(house.engine) as connection:
        connection.execute(insert(organisations), rows)
        connection.commit()
    return "north"


def refusal(call: object) -> StaffFault:
    with pytest.raises(StaffRefused) as refused:
        call()  # type: ignore[operator]
    return refused.value.reason


def test_the_first_start_makes_one_administrator_whose_password_is_good_once(database: Engine, tmp_path: Path) -> None:
    house = House(database, tmp_path).open_first()
    sheet = json.loads(house.sheet.read_text())["accounts"]
    assert [(row["username"], row["role"]) for row in sheet] == [("admin", "administrator")]
    assert house.first(demo=False, locale="zh-CN") is False
    entered = house.attempt("admin")
    assert isinstance(entered, LoggedIn)
    assert entered.session.must is Must.CHANGE_PASSWORD
    session = house.identify.session(entered.token)
    assert session is not None
    assert session.must is Must.CHANGE_PASSWORD
    changed = house.change_password(session.staff, house.words["admin"], GOOD, HERE)
    assert isinstance(changed, Opened)
    assert changed.session.must is None
    assert house.identify.session(entered.token) is None
    assert house.attempt("admin") == LoginRefused(LoginRefusal.BAD_CREDENTIALS)


def test_nobody_can_be_guessed_in_a_fresh_database(database: Engine, tmp_path: Path) -> None:
    house = House(database, tmp_path).open_first()
    common = [name + tail for name in ("admin", "administrator", "root", "care") for tail in ("", "123", "12345678")]
    guesses = [("admin", word) for word in (*common, "password", "changeme")] + [(name, name) for name in common]
    for number, (name, word) in enumerate(guesses):
        outcome = house.attempt(name, word, address=f"10.1.{number}.1")
        assert outcome == LoginRefused(LoginRefusal.BAD_CREDENTIALS)


def test_a_one_time_password_expires_and_says_so_to_who_has_it_alone(house: House) -> None:
    house.hire("li", StaffRole.OPERATOR, own=False)
    house.clock.turn(timedelta(hours=71, minutes=59))
    assert isinstance(house.attempt("li"), LoggedIn)
    house.clock.turn(timedelta(minutes=1))
    assert house.attempt("li") == LoginRefused(LoginRefusal.PASSWORD_EXPIRED)
    assert house.guess("li").reason is LoginRefusal.BAD_CREDENTIALS
    fresh = house.reset_password(house.account("li").id, MACHINE)
    house.words["li"] = fresh.password
    assert isinstance(house.attempt("li"), LoggedIn)


def test_a_reset_ends_what_is_open_and_the_old_password(house: House) -> None:
    theirs, others = house.enter("op1"), house.enter("op2")
    made = house.reset_password(theirs.staff.id, house.actor("admin"))
    assert house.identify.session(theirs.token) is None
    assert house.identify.still_open(None, theirs.token) is False
    assert house.identify.session(others.token) is not None
    assert house.attempt("op1") == LoginRefused(LoginRefusal.BAD_CREDENTIALS)
    entered = house.attempt("op1", made.password)
    assert isinstance(entered, LoggedIn)
    assert entered.session.must is Must.CHANGE_PASSWORD
    assert AuditAction.PASSWORD_RESET in house.trail.actions


def test_nobody_resets_their_own_password_without_the_old_one(house: House) -> None:
    admin = house.actor("admin")
    assert refusal(lambda: house.reset_password(admin.id, admin)) is StaffFault.NOT_YOURSELF


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"role": StaffRole.AUDITOR}, {"organisation_id": "district"}], ids=str
)
def test_what_changes_somebodys_rights_ends_their_sessions_at_once(house: House, change: dict[str, object]) -> None:
    entered = house.enter("op1")
    house.change(entered.staff.id, change, house.actor("admin"))
    assert house.identify.session(entered.token) is None


def test_another_name_or_language_ends_nothing(house: House) -> None:
    entered = house.enter("op1")
    house.change(entered.staff.id, {"name": "王晓", "locale": "en"}, house.actor("admin"))
    session = house.identify.session(entered.token)
    assert session is not None
    assert (session.staff.name, session.staff.locale) == ("王晓", "en")


@pytest.mark.parametrize(
    "change", [{"disabled": True}, {"role": StaffRole.OPERATOR}, {"organisation_id": "north"}], ids=str
)
def test_the_last_administrator_of_the_district_stays(house: House, north: str, change: dict[str, object]) -> None:
    admin = house.account("admin")
    house.hire("part", StaffRole.ADMINISTRATOR, north)
    house.hire("gone", StaffRole.ADMINISTRATOR)
    house.change(house.account("gone").id, {"disabled": True}, MACHINE)
    assert refusal(lambda: house.change(admin.id, change, MACHINE)) is StaffFault.LAST_ADMINISTRATOR
    house.hire("second", StaffRole.ADMINISTRATOR, "district")
    house.change(admin.id, change, MACHINE)


def test_nor_is_the_last_one_moved_away_by_the_tree_of_organisations(house: House, north: str) -> None:
    assign, admin = AssignStaff(SqlOrganisationStore(house.engine)), house.actor("admin")
    with pytest.raises(AssignmentRefused) as refused:
        assign(admin.id, north, MACHINE)
    assert refused.value.reason is Unassignable.LAST_ADMINISTRATOR
    moved = house.enter("op1")
    assign(moved.staff.id, north, admin)
    assert house.identify.session(moved.token) is None
    assert house.account("op1").organisation_id == north


def test_two_administrators_who_demote_each_other_leave_one(house: House) -> None:
    house.hire("second", StaffRole.ADMINISTRATOR)
    ids = [house.account(name).id for name in ("admin", "second")]

    def demote(staff_id: str) -> bool:
        try:
            house.change(staff_id, {"role": StaffRole.OPERATOR}, MACHINE)
        except StaffRefused:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(demote, ids)) == [False, True]


def test_an_administrator_of_a_part_knows_of_nobody_outside(house: House, north: str) -> None:
    house.hire("here", StaffRole.OPERATOR, "north")
    there = house.hire("there", StaffRole.OPERATOR, "south")
    part = house.hire("part", StaffRole.ADMINISTRATOR, "north-town").actor
    assert {line.account.username for line in house.read(part)} == {"here", "part"}
    assert refusal(lambda: house.change(there.id, {"name": "x"}, part)) is StaffFault.UNKNOWN_STAFF
    assert refusal(lambda: house.reset_password(there.id, part)) is StaffFault.UNKNOWN_STAFF
    assert refusal(lambda: house.end_sessions.of(part, there.id)) is StaffFault.UNKNOWN_STAFF
    assert refusal(lambda: house.reset_otp(there.id, part)) is StaffFault.UNKNOWN_STAFF
    here = house.account("here").id
    for outside in (None, "south", "district", "nowhere"):
        wanted = NewStaff("new", "x", StaffRole.OPERATOR, "en", outside)
        assert refusal(lambda wanted=wanted: house.add(wanted, part)) is StaffFault.UNKNOWN_ORGANISATION
        move = {"organisation_id": outside}
        assert refusal(lambda move=move: house.change(here, move, part)) is StaffFault.UNKNOWN_ORGANISATION


def test_a_manager_gives_no_role_above_their_own(house: House, north: str) -> None:
    manager = house.hire("boss", StaffRole.MANAGER, north).actor
    auditor = house.hire("auditor", StaffRole.AUDITOR, north)
    operator = house.hire("desk", StaffRole.OPERATOR, north)
    house.add(NewStaff("kin", "x", StaffRole.FAMILY, "en", north), manager)
    for role in (StaffRole.ADMINISTRATOR, StaffRole.MANAGER, StaffRole.AUDITOR):
        wanted = NewStaff("new", "x", role, "en", north)
        assert refusal(lambda wanted=wanted: house.add(wanted, manager)) is StaffFault.ROLE_NOT_YOURS
        raised = {"role": role}
        assert refusal(lambda raised=raised: house.change(operator.id, raised, manager)) is StaffFault.ROLE_NOT_YOURS
    assert refusal(lambda: house.reset_password(auditor.id, manager)) is StaffFault.ROLE_NOT_YOURS
    assert refusal(lambda: house.change(auditor.id, {"disabled": True}, operator.actor)) is StaffFault.ROLE_NOT_YOURS


def test_a_user_name_is_given_once(house: House) -> None:
    wanted = NewStaff("OP1", "x", StaffRole.OPERATOR, "en", None)
    assert refusal(lambda: house.add(wanted, MACHINE)) is StaffFault.USERNAME_TAKEN


def test_ones_own_password_needs_the_old_one_and_guessing_it_waits(house: House) -> None:
    entered = house.enter("op1")
    assert house.change_password(entered.staff, "wrong", GOOD, HERE) is None
    assert house.change_password(entered.staff, house.words["op1"], "short", HERE) is PasswordFault.TOO_SHORT
    assert house.change_password(entered.staff, house.words["op1"], house.words["op1"], HERE) is PasswordFault.SAME
    for _ in range(7):
        house.change_password(entered.staff, "wrong", GOOD, HERE)
    waiting = house.change_password(entered.staff, house.words["op1"], GOOD, HERE)
    assert not isinstance(waiting, Opened)
    # Guesses at an unlocked desk keep nobody from logging in elsewhere.
    house.enter("op1")
    house.clock.turn(timedelta(minutes=2))
    assert isinstance(house.change_password(entered.staff, house.words["op1"], GOOD, HERE), Opened)


def test_changing_ones_password_ends_all_sessions_but_a_new_one(house: House) -> None:
    stolen, mine = house.enter("op1"), house.enter("op1")
    opened = house.change_password(mine.staff, house.words["op1"], GOOD, HERE)
    assert isinstance(opened, Opened)
    assert [house.identify.session(token) is None for token in (stolen.token, mine.token, opened.token)] == [
        True,
        True,
        False,
    ]
    house.words["op1"] = GOOD
    house.enter("op1")


def test_a_hash_of_other_parameters_is_made_anew_at_the_next_log_in(house: House) -> None:
    with writing(house.engine) as connection:
        old = {"password_hash": f"old {house.words['op1']}"}
        connection.execute(update(staff).where(staff.c.username == "op1").values(old))
        connection.commit()
    house.enter("op1")
    assert house.account("op1").password_hash == f"quick {house.words['op1']}"
    house.enter("op1")
