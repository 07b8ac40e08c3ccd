"""Identity on a real database, with a clock to turn, quick passwords and a trail that remembers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pyotp
from sqlalchemy import Engine, select

from backend.adapters.breach_list import BreachFiles
from backend.adapters.db.engine import reading
from backend.adapters.db.identity import staff
from backend.adapters.db.identity_store import SqlIdentityStore
from backend.adapters.db.identity_tokens import SqlTokenStore
from backend.adapters.one_time_codes import Totp
from backend.adapters.sealing import KeyRing
from backend.adapters.secret_files import AccountSheetFile
from backend.services.identity.actor import Actor, ActorKind, StaffRole
from backend.services.identity.api_tokens import ApiTokens
from backend.services.identity.change_password import ChangePassword, ProveOneself
from backend.services.identity.change_staff import AddStaff, ChangeStaff, NewStaff
from backend.services.identity.count_attempts import CountAttempts
from backend.services.identity.enrol_otp import EnrolOtp, ResetOtp
from backend.services.identity.first_accounts import FirstAccounts
from backend.services.identity.identify import Identify
from backend.services.identity.log_in import DEVICE_LIFE, LoggedIn, LogIn, LoginRefused
from backend.services.identity.log_out import LogOut
from backend.services.identity.new_password import ResetPassword
from backend.services.identity.open_session import OpenSession, Visitor
from backend.services.identity.own_sessions import EndSessions, ListSessions
from backend.services.identity.password_rules import PasswordRules
from backend.services.identity.policy import Policy
from backend.services.identity.ports import PasswordsBusy, StaffAccount
from backend.services.identity.read_staff import ReadStaff
from backend.services.identity.second_factor import SecondFactor
from tests.fakes.identity_store import RememberedTrail
from tests.harness.clock import ManualClock

MACHINE = Actor(ActorKind.SERVICE, "machine", "machine", StaffRole.ADMINISTRATOR)
COMMON = Path(__file__).parents[2] / "config" / "passwords" / "common.txt"


class QuickPasswords:
    """Passwords behind a hash that costs nothing; `busy` refuses; hashes that begin with `old` are outdated."""

    def __init__(self) -> None:
        self.busy = False
        self.for_nobody = 0

    def hash(self, password: str) -> str:
        if self.busy:
            raise PasswordsBusy
        return f"quick {password}"

    def verify(self, password: str, password_hash: str) -> bool:
        if self.busy:
            raise PasswordsBusy
        return password_hash.partition(" ")[2] == password

    def is_outdated(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")

    def verify_nobody(self, password: str) -> None:
        self.for_nobody += 1


class NoAccounts:
    """`ServiceAccounts`: the file is empty."""

    def find(self, token_sha256: str) -> Actor | None:
        return None


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is in, with what their browser keeps."""

    token: str
    device: str
    staff: StaffAccount


class House:
    """The use cases of identity, wired as the program wires them."""

    def __init__(self, engine: Engine, folder: Path, policy: Policy | None = None) -> None:
        self.engine = engine
        self.clock = ManualClock()
        self.policy = policy or Policy()
        self.passwords = QuickPasswords()
        self.trail = RememberedTrail()
        self.store = SqlIdentityStore(engine)
        self.sheet = folder / "sheet.json"
        self.key_file = folder / "identity.key"
        self.wire(self.policy)
        self.words: dict[str, str] = {}

    def wire(self, policy: Policy) -> None:
        """Again, with other settings."""
        self.policy = policy
        store, clock, passwords, trail = self.store, self.clock, self.passwords, self.trail
        codes, sealer = Totp(), KeyRing(self.key_file)
        self.factor = SecondFactor(codes, sealer)
        self.sealer = sealer
        self.attempts = CountAttempts(store, clock, DEVICE_LIFE)
        self.open_session = OpenSession(clock, policy)
        self.log_in = LogIn(store, passwords, clock, self.attempts, self.factor, self.open_session, trail)
        self.log_out = LogOut(store, trail)
        self.tokens = SqlTokenStore(self.engine)
        self.identify = Identify(store, NoAccounts(), clock, tokens=self.tokens, policy=policy)
        self.first = FirstAccounts(store, passwords, AccountSheetFile(self.sheet), clock, policy)
        self.read = ReadStaff(store)
        self.add = AddStaff(store, passwords, clock, policy, trail)
        self.change = ChangeStaff(store, trail)
        self.reset_password = ResetPassword(store, passwords, clock, policy, trail)
        self.reset_otp = ResetOtp(store, trail)
        self.sessions = ListSessions(store, clock)
        self.end_sessions = EndSessions(store, clock, trail)
        self.prove = ProveOneself(store, passwords, self.attempts)
        rules = PasswordRules(BreachFiles(COMMON, None), policy.least_length)
        self.change_password = ChangePassword(store, passwords, rules, self.prove, self.open_session, trail)
        self.otp = EnrolOtp(store, self.factor, codes, self.prove, clock, policy, trail)
        self.api_tokens = ApiTokens(store, self.tokens, clock, trail)

    def open_demo(self) -> House:
        """op1, op2, admin and tech, with passwords of their own."""
        self.first(demo=True, locale="zh-CN")
        return self._learn()

    def open_first(self) -> House:
        """One administrator with a one-time password."""
        self.first(demo=False, locale="zh-CN")
        return self._learn()

    def _learn(self) -> House:
        with reading(self.engine) as connection:
            rows = connection.execute(select(staff.c.username, staff.c.password_hash))
            self.words.update({row.username: row.password_hash.partition(" ")[2] for row in rows})
        return self

    def account(self, username: str) -> StaffAccount:
        """As it stands in the database."""
        found = self.store.staff_by_username(username)
        assert found is not None
        return found

    def actor(self, username: str) -> Actor:
        """Who acts."""
        return self.account(username).actor

    def hire(
        self, username: str, role: StaffRole, organisation_id: str | None = None, *, own: bool = True
    ) -> StaffAccount:
        """Somebody more; with a password of their own, or `own` false: as they come from the administrator."""
        made = self.add(NewStaff(username, f"name of {username}", role, "en", organisation_id), MACHINE)
        self.words[username] = made.password
        if own:
            with self.store.begin() as tx:
                tx.save_staff(replace(made.staff, one_time_until=None))
                tx.commit()
        return self.account(username)

    def attempt(
        self,
        username: str,
        password: str | None = None,
        *,
        otp: str | None = None,
        address: str = "10.0.0.1",
        device: str | None = None,
    ) -> LoggedIn | LoginRefused:
        """A log-in with the right password, or with this one."""
        word = self.words[username] if password is None else password
        return self.log_in(username, word, Visitor(address, "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", device), otp)

    def enter(
        self, username: str = "op1", *, otp: str | None = None, address: str = "10.0.0.1", device: str | None = None
    ) -> Entered:
        """Somebody who gets in."""
        outcome = self.attempt(username, otp=otp, address=address, device=device)
        assert isinstance(outcome, LoggedIn), outcome
        return Entered(outcome.token, outcome.device, outcome.session.staff)

    def guess(self, username: str = "op1", address: str = "10.0.0.1", device: str | None = None) -> LoginRefused:
        """Somebody who does not."""
        outcome = self.attempt(username, "wrong", address=address, device=device)
        assert isinstance(outcome, LoginRefused)
        return outcome

    def bind_telephone(self, username: str) -> tuple[pyotp.TOTP, list[str]]:
        """A second factor that is in force, and its recovery codes. The step of the first code is used up."""
        offer = self.otp.offer(self.account(username), self.words[username])
        telephone = pyotp.TOTP(offer.secret)  # type: ignore[union-attr]
        codes = self.otp.confirm(self.account(username), self.code(telephone))
        assert codes is not None
        return telephone, codes

    def code(self, telephone: pyotp.TOTP, steps: int = 0) -> str:
        """What the telephone shows now, or so many steps later."""
        return telephone.generate_otp(int(self.clock.now().timestamp()) // 30 + steps)
