"""Getting a second factor, giving it up, and having it taken away by another administrator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from backend.services.identity.actor import Actor
from backend.services.identity.change_password import ProveOneself, TooManyTries
from backend.services.identity.policy import Policy
from backend.services.identity.ports import AuditAction, AuditTrail, Clock, OneTimeCodes, StaffAccount
from backend.services.identity.second_factor import SecondFactor
from backend.services.identity.staff_refusals import StaffFault, StaffRefused, must_manage
from backend.services.identity.store import IdentityStore


class OtpState(StrEnum):
    """How far somebody is."""

    OFF = "off"
    PENDING = "pending"
    ON = "on"


@dataclass(frozen=True, slots=True)
class OtpStanding:
    """`required`: their role must have one."""

    state: OtpState
    required: bool
    recovery_codes: int


@dataclass(frozen=True, slots=True)
class OtpOffer:
    """The secret in base 32, and the address that a telephone reads from a QR code."""

    secret: str
    address: str


class OtpRefusal(StrEnum):
    """Why not."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a code
    REQUIRED = "otp_required_by_role"


@dataclass(frozen=True, slots=True)
class EnrolOtp:
    """One's own second factor."""

    store: IdentityStore
    factor: SecondFactor
    codes: OneTimeCodes
    prove: ProveOneself
    clock: Clock
    policy: Policy
    trail: AuditTrail

    def standing(self, staff: StaffAccount) -> OtpStanding:
        """How it stands."""
        factor, left = self.store.factor(staff.id)
        pending = OtpState.PENDING if factor.pending is not None else OtpState.OFF
        state = OtpState.ON if factor.secret is not None else pending
        return OtpStanding(state, staff.role in self.policy.otp_roles and staff.oidc_subject is None, left)

    def offer(self, staff: StaffAccount, password: str) -> OtpOffer | OtpRefusal | TooManyTries:
        """Needs the password: who finds a desk unlocked must not bind it to a telephone of their own."""
        proved = self.prove(staff, password)
        if proved is not True:
            return proved or OtpRefusal.WRONG_PASSWORD
        with self.store.begin() as tx:
            secret = self.factor.offer(tx, staff.id)
            tx.commit()
        return OtpOffer(secret, self.codes.address(secret, staff.username))

    def confirm(self, staff: StaffAccount, code: str) -> list[str] | None:
        """Ten recovery codes, shown once; None: the code does not belong to what was offered."""
        with self.store.begin() as tx:
            words = self.factor.confirm(tx, staff.id, code, self.clock.now())
            if words is None:
                return None
            tx.commit()
        self.trail.record(staff.actor, AuditAction.OTP_ENROLLED, f"staff:{staff.id}", {})
        return words

    def give_up(self, staff: StaffAccount, password: str) -> OtpRefusal | TooManyTries | None:
        """None: done."""
        if staff.role in self.policy.otp_roles:
            return OtpRefusal.REQUIRED
        proved = self.prove(staff, password)
        if proved is not True:
            return proved or OtpRefusal.WRONG_PASSWORD
        with self.store.begin() as tx:
            tx.drop_factor(staff.id)
            tx.commit()
        self.trail.record(staff.actor, AuditAction.OTP_REMOVED, f"staff:{staff.id}", {})
        return None


class ResetOtp:
    """Takes somebody's second factor away: their telephone is lost. Their sessions end."""

    def __init__(self, store: IdentityStore, trail: AuditTrail) -> None:
        self._store = store
        self._trail = trail

    def __call__(self, staff_id: str, actor: Actor) -> None:
        """Raises `StaffRefused`; never for oneself: whoever sits at an unlocked desk must not strip its guard."""
        if staff_id == actor.id:
            raise StaffRefused(StaffFault.NOT_YOURSELF)
        with self._store.begin() as tx:
            must_manage(tx, actor, staff_id)
            tx.drop_factor(staff_id)
            ended = tx.end_sessions(staff_id)
            tx.forget_devices(staff_id)
            tx.commit()
        self._trail.record(actor, AuditAction.OTP_REMOVED, f"staff:{staff_id}", {"sessions": ended})
