"""Who may come in: accounts, sessions, second factors, tokens, and a provider where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

import structlog
from fastapi import APIRouter
from sqlalchemy import Engine

from backend.adapters.breach_list import BreachFiles
from backend.adapters.clock import SystemClock
from backend.adapters.db.identity_store import SqlIdentityStore
from backend.adapters.db.identity_tokens import SqlTokenStore
from backend.adapters.oidc import OidcOptions, OpenIdProvider
from backend.adapters.one_time_codes import Totp
from backend.adapters.passwords import Argon2Passwords
from backend.adapters.sealing import KeyRing
from backend.adapters.secret_files import AccountSheetFile
from backend.adapters.service_accounts import ServiceAccountsFile
from backend.api import oidc, own_account, session, staff, tokens
from backend.api.log_in_threads import LogInThreads
from backend.services.identity.actor import StaffRole
from backend.services.identity.api_tokens import ApiTokens
from backend.services.identity.change_password import ChangePassword, ProveOneself
from backend.services.identity.change_staff import AddStaff, ChangeStaff
from backend.services.identity.count_attempts import CountAttempts
from backend.services.identity.enrol_otp import EnrolOtp, ResetOtp
from backend.services.identity.figures import LoginFigures
from backend.services.identity.first_accounts import FirstAccounts
from backend.services.identity.identify import Identify
from backend.services.identity.log_in import DEVICE_LIFE, LogIn
from backend.services.identity.log_out import LogOut
from backend.services.identity.new_password import ResetPassword
from backend.services.identity.oidc import BeginOidc, FinishOidc, Place, RoleMap
from backend.services.identity.open_session import OpenSession
from backend.services.identity.own_sessions import EndSessions, ListSessions
from backend.services.identity.password_rules import PasswordRules
from backend.services.identity.policy import Policy
from backend.services.identity.ports import AuditTrail
from backend.services.identity.read_staff import ReadStaff
from backend.services.identity.second_factor import SecondFactor
from backend.settings import Settings, config_file

log = structlog.get_logger()

COMMON: Final = Path("passwords", "common.txt")
WAYS: Final = ("GET", "/api/v1/session/ways")


class IdentityParts:
    """What the program wires; the `staff` command uses the same parts. Opens nothing until it is used."""

    def __init__(self, settings: Settings, engine: Engine, clock: SystemClock, trail: AuditTrail) -> None:
        self._settings = settings
        self._clock = clock
        self.policy = policy_of(settings)
        self.store = SqlIdentityStore(engine)
        self._tokens = SqlTokenStore(engine)
        self.figures = LoginFigures(trail)
        self._passwords = Argon2Passwords()
        self._sealer = KeyRing(settings.identity_key_file)
        self._codes = Totp()
        self._factor = SecondFactor(self._codes, self._sealer)
        self._attempts = CountAttempts(self.store, clock, DEVICE_LIFE)
        self._open_session = OpenSession(clock, self.policy)
        self._threads = LogInThreads()
        self.identify = Identify(
            self.store,
            ServiceAccountsFile(settings.service_accounts_file),
            clock,
            tokens=self._tokens,
            policy=self.policy,
        )
        self.read = ReadStaff(self.store)
        self.add = AddStaff(self.store, self._passwords, clock, self.policy, self.figures)
        self.change = ChangeStaff(self.store, self.figures)
        self.reset_password = ResetPassword(self.store, self._passwords, clock, self.policy, self.figures)
        self.reset_otp = ResetOtp(self.store, self.figures)
        self.end_sessions = EndSessions(self.store, clock, self.figures)

    def staff_routers(self) -> Iterator[APIRouter]:
        """For `/api/v1`."""
        secure, threads = self._settings.secure_cookie, self._threads
        log_in = LogIn(
            self.store, self._passwords, self._clock, self._attempts, self._factor, self._open_session, self.figures
        )
        log_out = LogOut(self.store, self.figures)
        yield session.router(session.SessionDeps(log_in, log_out, threads, secure, bool(self._settings.oidc_issuer)))
        yield own_account.router(self._own_account())
        sessions = ListSessions(self.store, self._clock)
        yield staff.router(
            staff.StaffCalls(
                self.read,
                self.add,
                self.change,
                self.reset_password,
                self.reset_otp,
                sessions,
                self.end_sessions,
                threads,
            )
        )
        yield tokens.router(tokens.TokenCalls(ApiTokens(self.store, self._tokens, self._clock, self.figures)))
        if self._settings.oidc_issuer:
            yield oidc.router(self._oidc())

    def is_public(self, method: str, path: str) -> bool:
        """Whether a stranger may call it: what the log-in page offers, and the way to the provider and back."""
        return (method, path) == WAYS or (bool(self._settings.oidc_issuer) and (method, path) in oidc.OPEN)

    def make_first_accounts(self) -> None:
        """One administrator, or the demo's staff, where there is nobody yet."""
        settings = self._settings
        path = settings.demo_accounts_file if settings.demo else settings.first_account_file
        make = FirstAccounts(self.store, self._passwords, AccountSheetFile(path), self._clock, self.policy)
        if make(demo=settings.demo, locale=settings.locale):
            log.info("first_accounts_made", demo=settings.demo)

    @cached_property
    def _prove(self) -> ProveOneself:
        return ProveOneself(self.store, self._passwords, self._attempts)

    def _own_account(self) -> own_account.OwnAccountCalls:
        hashes = self._settings.breached_passwords_file
        breached = BreachFiles(config_file().parent / COMMON, Path(hashes) if hashes else None)
        change = ChangePassword(
            self.store,
            self._passwords,
            PasswordRules(breached, self.policy.least_length),
            self._prove,
            self._open_session,
            self.figures,
        )
        return own_account.OwnAccountCalls(
            change,
            EnrolOtp(self.store, self._factor, self._codes, self._prove, self._clock, self.policy, self.figures),
            ListSessions(self.store, self._clock),
            self.end_sessions,
            self._threads,
            self._settings.secure_cookie,
        )

    def _oidc(self) -> oidc.OidcCalls:
        settings = self._settings
        secret = Path(settings.oidc_client_secret_file) if settings.oidc_client_secret_file else None
        back = settings.public_url.rstrip("/") + f"{oidc.PATH}/callback"
        options = OidcOptions(settings.oidc_issuer, settings.oidc_client_id, secret, back)
        provider = OpenIdProvider(options, self._clock)
        finish = FinishOidc(
            self.store,
            provider,
            RoleMap(settings.oidc_role_claim, {value: place_of(text) for value, text in settings.oidc_roles.items()}),
            self._sealer,
            self._clock,
            self._open_session,
            self.figures,
            settings.locale,
        )
        begin = BeginOidc(provider, self._sealer, self._clock)
        return oidc.OidcCalls(begin, finish, self._threads, LogOut(self.store, self.figures), settings.secure_cookie)


def policy_of(settings: Settings) -> Policy:
    """How strict identity is, by the settings. A demonstration asks nobody for a telephone."""
    return Policy(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(days=settings.session_days),
        one_time=timedelta(hours=settings.one_time_password_hours),
        least_length=settings.password_min_length,
        otp_roles=frozenset() if settings.demo else frozenset(map(StaffRole, settings.otp_required_for)),
    )


def place_of(text: str) -> Place:
    """`operator`, or `operator@north`: a role, and where."""
    role, _, organisation_id = text.partition("@")
    return Place(StaffRole(role), organisation_id or None)
