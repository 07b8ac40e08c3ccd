"""Which certificates lie in `var/tls`, when they are made anew, and which of the devices' are not let in any more."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from launcher import authority as signing
from launcher.authority import Signed
from launcher.files import write_secret, write_whole

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Certificates:
    """The files of one site, in `folder`. `bundle` is what devices and programs trust; nothing in it is secret."""

    folder: Path

    @property
    def bundle(self) -> Path:
        return self.folder / "ca.crt"

    @property
    def server(self) -> Path:
        """Key and certificate of the server, and behind them what the authority before says of the present one."""
        return self.folder / "server.pem"

    @property
    def revoked(self) -> Path:
        return self.folder / "revoked.crl"

    def ensure(self, names: Sequence[str], now: datetime) -> None:
        """Make what is missing or ends soon; what is there and good stays."""
        self._issued.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not self._present.exists():
            write_secret(self._present, signing.new_authority(now).pem)
        self._trust(now)
        if not self._serves(names, now):
            self._sign_server(names, now)
        if not self.revoked.exists():
            self.shut_out(frozenset(), now)

    def rotate(self, names: Sequence[str], now: datetime) -> None:
        """A new authority, vouched for by the present one, which stays trusted until its end or `forget`.

        Died in between, it is either no turn at all, or `ensure` finishes it.
        """
        self.ensure(names, now)
        write_secret(self._before, self._present.read_text())
        write_secret(self._present, signing.new_authority(now).pem)
        self._trust(now)
        self._sign_server(names, now)
        self.shut_out(self._shut_out_before(), now)

    def forget(self, names: Sequence[str], now: datetime) -> None:
        """The authority before is trusted no more: what it signed for devices ends with it."""
        self._before.unlink(missing_ok=True)
        self._trust(now)
        self._sign_server(names, now)
        self.shut_out(self._shut_out_before(), now)

    def issue(self, device_id: str, now: datetime) -> Signed:
        """A certificate for a device. One that it has stays good beside it; its key is handed over and not kept."""
        made = signing.sign_device(signing.load(self._present.read_text()), device_id, now)
        path = self._issued / f"{device_id}.crt"
        write_whole(path, (path.read_text() if path.exists() else "") + signing.pem(made.certificate))
        return made

    def issued_to(self) -> frozenset[str]:
        """Devices that have a certificate."""
        return frozenset(path.stem for path in self._issued.glob("*.crt"))

    def trusted(self, now: datetime) -> list[Signed]:
        """The authorities in force, the present one first."""
        present = signing.load(self._present.read_text())
        found = [present]
        if self._before.exists():
            before = signing.load(self._before.read_text())
            if before.certificate != present.certificate and before.certificate.not_valid_after_utc > now:
                found.append(before)
        return found

    def shut_out(self, device_ids: frozenset[str], now: datetime) -> bool:
        """Write the list of these devices' certificates, a part per authority; True where it has changed."""
        signers = self.trusted(now)
        certificates = [found for device_id in sorted(device_ids) for found in self._certificates(device_id)]
        mark = {
            "devices": sorted(device_ids),
            "serials": [str(found.serial_number) for found in certificates],
            "authorities": [str(signer.certificate.serial_number) for signer in signers],
        }
        if self.revoked.exists() and self._mark() == mark:
            return False
        parts = []
        for signer in signers:
            own = [found.serial_number for found in certificates if found.issuer == signer.certificate.subject]
            parts.append(signing.revoked_list(signer, own, now))
        write_whole(self.revoked, "".join(parts))
        write_whole(self._mark_file, json.dumps(mark))
        return True

    @property
    def _present(self) -> Path:
        return self.folder / "authority.pem"

    @property
    def _before(self) -> Path:
        return self.folder / "authority-before.pem"

    @property
    def _issued(self) -> Path:
        return self.folder / "issued"

    @property
    def _mark_file(self) -> Path:
        return self.folder / "revoked.json"

    def _mark(self) -> dict[str, list[str]]:
        with suppress(OSError, ValueError):
            return dict(json.loads(self._mark_file.read_text()))
        return {}

    def _shut_out_before(self) -> frozenset[str]:
        return frozenset(self._mark().get("devices", []))

    def _certificates(self, device_id: str) -> Iterator[x509.Certificate]:
        path = self._issued / f"{device_id}.crt"
        if path.exists():
            yield from x509.load_pem_x509_certificates(path.read_bytes())

    def _serves(self, names: Sequence[str], now: datetime) -> bool:
        with suppress(OSError, ValueError, TypeError, InvalidSignature):
            shown = signing.load(self.server.read_text()).certificate
            shown.verify_directly_issued_by(self.trusted(now)[0].certificate)
            lasts = shown.not_valid_after_utc - now > RENEW_BEFORE
            return lasts and sorted(signing.names_of(shown)) == sorted(names)
        return False

    def _sign_server(self, names: Sequence[str], now: datetime) -> None:
        present, *before = self.trusted(now)
        vouched = "".join(signing.pem(signing.vouch(old, present, now)) for old in before)
        write_secret(self.server, signing.sign_server(present, names, now).pem + vouched)

    def _trust(self, now: datetime) -> None:
        text = "".join(signing.pem(signer.certificate) for signer in self.trusted(now))
        if not self.bundle.exists() or self.bundle.read_text() != text:
            write_whole(self.bundle, text)
