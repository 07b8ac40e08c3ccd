"""What InfluxDB is asked over HTTP, and what each way of failing means. The only file that imports its client.

It is imported by nobody before a store is made: the client takes half a second and 30 MB of every process that has it.

Synchronous calls only: the client's batching mode loses a batch on a refusal without saying so.
"""

from __future__ import annotations

import codecs
import gzip
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import influxdb_client
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from backend.adapters.telemetry.influx.address import LONG_SECONDS, Address, Found, Parameter
from backend.adapters.telemetry.influx.answers import BadAnswer, Row, rows
from backend.adapters.telemetry.influx.line import PRECISION
from backend.adapters.telemetry.influx.trouble import ServerTrouble, Trouble, of_status

GZIP_LEVEL: Final = 1
"""A tenth of the time of the client's own level, for a fifth more bytes."""
_CLIENT: Final[Any] = influxdb_client
"""The package carries no usable types."""
_DIALECT: Final = _CLIENT.Dialect(
    header=True, annotations=[], delimiter=",", comment_prefix="#", date_time_format="RFC3339"
)


class InfluxServer:
    """One server; safe for threads. Every call raises `ServerTrouble`."""

    def __init__(self, address: Address, now: Callable[[], datetime]) -> None:
        self._address = address
        self._now = now
        self._lock = threading.Lock()
        self._clients: dict[float, Any] = {}

    def write(self, bucket: str, lines: Sequence[str]) -> None:
        """Store the points. Where it raises, some of them may be stored; the same points again change nothing."""
        body = gzip.compress("\n".join(lines).encode(), GZIP_LEVEL)
        with self._asking() as client:
            _, status, _ = _CLIENT.WriteService(client.api_client).post_write_with_http_info(
                self._address.org,
                bucket,
                body,
                precision=PRECISION,
                content_encoding="gzip",
                content_type="text/plain; charset=utf-8",
            )
        _done(status)

    def query(self, flux: str, parameters: Mapping[str, Parameter], seconds: float | None = None) -> Iterator[Row]:
        """The rows of the answer, streamed. `flux` is one of `queries`, unchanged; `seconds`: how long it may take."""
        with self._asking(seconds) as client:
            response = client.query_api().query_raw(flux, dialect=_DIALECT, params=dict(parameters))
            try:
                if not response.headers.get("Content-Type", "").startswith("text/csv"):
                    raise BadAnswer("something else than InfluxDB answers")
                yield from rows(codecs.iterdecode(response, "utf-8"))
            finally:
                response.close()

    def delete(self, bucket: str, predicate: str, start: datetime, last: datetime) -> None:
        """Forget what the predicate names from `start` to `last`, both included."""
        with self._asking(LONG_SECONDS) as client:
            span = _CLIENT.DeletePredicateRequest(start=start, stop=last, predicate=predicate)
            _, status, _ = _CLIENT.DeleteService(client.api_client).post_delete_with_http_info(
                span, bucket=bucket, org=self._address.org
            )
        _done(status)

    def bucket(self, name: str, seconds: float | None = None) -> Found | None:
        """The bucket of that name. Also the cheapest call that proves address, organisation and token."""
        try:
            with self._asking(seconds) as client:
                found = client.buckets_api().find_buckets(name=name, org=self._address.org).buckets
        except ServerTrouble as trouble:
            if trouble.reason is Trouble.MISSING:
                return None  # also where the organisation is not there: creating the bucket will say so
            raise
        if not found:
            return None
        kept = found[0].retention_rules
        return Found(found[0].id, kept[0].every_seconds if kept else 0)

    def make_bucket(self, name: str, seconds: int) -> None:
        """Create it; `seconds`: how long points are kept."""
        with self._asking() as client:
            rules = _CLIENT.BucketRetentionRules(type="expire", every_seconds=seconds)
            client.buckets_api().create_bucket(bucket_name=name, retention_rules=rules, org=self._address.org)

    def keep_for(self, bucket: Found, seconds: int) -> None:
        """Change how long the bucket's points are kept."""
        with self._asking() as client:
            known = client.buckets_api().find_bucket_by_id(bucket.id)
            known.retention_rules = [_CLIENT.BucketRetentionRules(type="expire", every_seconds=seconds)]
            client.buckets_api().update_bucket(known)

    def task(self, name: str) -> Found | None:
        """The task of that name."""
        with self._asking() as client:
            tasks = client.tasks_api().find_tasks(name=name, org=self._address.org)
            return Found(tasks[0].id, tasks[0].flux, tasks[0].status == "active") if tasks else None

    def make_task(self, flux: str) -> None:
        """Create a task that runs."""
        with self._asking() as client:
            request = _CLIENT.TaskCreateRequest(flux=flux, org=self._address.org, status="active")
            client.tasks_api().create_task(task_create_request=request)

    def set_task(self, task: Found, flux: str) -> None:
        """Give a task that text, and let it run."""
        with self._asking() as client:
            client.tasks_api().update_task_request(task.id, _CLIENT.TaskUpdateRequest(flux=flux, status="active"))

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    @contextmanager
    def _asking(self, seconds: float | None = None) -> Iterator[Any]:
        try:
            yield self._connected(seconds or self._address.timeout_seconds)
        except ApiException as error:
            trouble = of_status(error.status or 0, _text(error.body), self._wait(error))
            if trouble.reason is Trouble.UNAUTHORISED:
                self.close()  # the token file may hold a new one by the next call
            raise trouble from error
        except InfluxDBError as error:
            raise ServerTrouble(Trouble.MISSING, _text(error)) from error
        except BadAnswer as error:
            raise ServerTrouble(Trouble.FAILED, _text(error)) from error
        except (HTTPError, OSError, UnicodeError) as error:
            raise ServerTrouble(Trouble.AWAY, f"{type(error).__name__}: {_text(error)}") from error

    def _connected(self, seconds: float) -> Any:
        with self._lock:
            if seconds not in self._clients:
                address = self._address
                token, milliseconds = _token(address.token_file), max(1, round(seconds * 1000))
                self._clients[seconds] = _CLIENT.InfluxDBClient(
                    address.url, token, timeout=milliseconds, org=address.org
                )
            return self._clients[seconds]

    def _wait(self, error: ApiException) -> float | None:
        """What `Retry-After` says, in seconds: a number or a date."""
        text = error.headers.get("Retry-After") if error.headers else None
        if text is None:
            return None
        try:
            return float(int(text))
        except ValueError:
            pass
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - self._now()) / timedelta(seconds=1)


def _done(status: int) -> None:
    """Only InfluxDB's own 204 says that it is done: a proxy's 200 would be the end of the points."""
    if status != 204:
        raise ServerTrouble(Trouble.FAILED, f"{status} is no answer of InfluxDB's", status=status)


def _token(path: Path) -> str:
    token = path.read_text(encoding="utf-8").strip()
    if not token or not token.isascii() or not token.isprintable():
        raise ServerTrouble(Trouble.UNAUTHORISED, "the token file holds no token")
    return token


def _text(body: object) -> str:
    return (body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)).strip()
