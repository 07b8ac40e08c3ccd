"""Our stand-in for InfluxDB 2.x: a real HTTP server, strict on the wire, that can fail in the ways InfluxDB does.

It proves that the adapter speaks the protocol, not that InfluxDB understands the Flux: that takes the real server.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.influx_data import BadQueryError, Bucket, NoSuchBucketError, Rows, Store
from tests.fakes.influx_lines import EARLIEST, LATEST, BadLineError, Line, parse_lines

ORG = "care"
ORG_ID = "0a00000000000001"
TOKEN = "a-token-of-tests"
_UNITS = {"ns": 1, "us": 1_000, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86_400 * 10**9}
EXPIRED = "dropped {points} points outside retention policy of duration 2160h0m0s"
"""As 2.7.12 says it; where points are dropped for another reason too, it is that reason alone which is said."""
_CODES = {400: "invalid", 401: "unauthorized", 404: "not found", 413: "request too large", 422: "unprocessable entity"}


@dataclass
class Fault:
    """How the next `calls` writes go (None: all). `stores` lines are stored before it strikes; status 0: cut off."""

    status: int = 503
    message: str = "told to fail"
    retry_after: str | None = None
    raw: bool = False
    """Whether the message is the whole body, as a proxy would answer, in place of InfluxDB's own form."""
    calls: int | None = None
    stores: int = 0
    seconds: float = 0.0


class Answer(Exception):  # noqa: N818 - what it is
    """Ends a request."""

    def __init__(self, status: int, body: object = None, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}


def problem(status: int, message: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"code": _CODES.get(status, "internal error"), "message": message}, headers)


class InfluxWireServer:
    """Data live in the object, so `stop` and `start` are a restart of a server with a disk."""

    def __init__(self, now: Callable[[], datetime] | None = None, token: str = TOKEN) -> None:
        self.store = Store()
        self.tasks: dict[str, dict[str, Any]] = {}
        self.token = token
        self.fault: Fault | None = None
        self.bad_line: Callable[[str], bool] = lambda _: False
        """Which lines are dropped, the others of the call being stored (422)."""
        self.unreadable: Callable[[str], bool] = lambda _: False
        """Which lines make it refuse the whole call (400)."""
        self.strange: dict[str, Answer] = {}
        """What is answered to a call, by the name of its method here, whatever it asks."""
        self.max_body = 10_000_000
        self.calls: list[str] = []
        self.released = threading.Event()
        self.now = now
        self._lock = threading.Lock()
        self._port = 0
        self._http: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Listen; after the first time on the same port again."""
        wire = self

        class Handler(_Handler):
            server_of_tests = wire

        self._http = _Http(("127.0.0.1", self._port), Handler)
        self._port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.02,), name="influx-wire", daemon=True).start()

    def stop(self) -> None:
        """Go away: nothing answers on the port, open connections break."""
        http, self._http = self._http, None
        if http is not None:
            http.shutdown()
            http.cut_all()
            http.server_close()

    def raw(self, prefix: str = "care") -> Bucket:
        return self.store.buckets[f"{prefix}-raw"]

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        url = urlsplit(target)
        arguments = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.calls.append(f"{method} {url.path}")
        if url.path in ("/health", "/ping"):
            return Answer(200, {"name": "influxdb", "status": "pass"})
        if headers.get("authorization") != f"Token {self.token}":
            return problem(401, "unauthorized access")
        route = re.sub(r"/[0-9a-f]{16}$", "/ID", url.path)
        name = f"{method} {route}".lower().replace("/api/v2/", "").replace("/", "_").replace(" ", "_")
        call = getattr(self, f"_{name}", None)
        if f"_{name}" in self.strange:
            return self.strange[f"_{name}"]
        if call is None:
            return problem(404, "path not found")
        try:
            answer: Answer = call(arguments, headers, body, url.path.rpartition("/")[2])
        except Answer as raised:
            return raised
        return answer

    def _post_write(self, arguments: dict[str, str], headers: dict[str, str], body: bytes, _: str) -> Answer:
        if arguments.get("org") not in (ORG, ORG_ID):
            return problem(404, "organization name not found")
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if len(body) > self.max_body:
            return problem(413, "unable to read data: points batch is too large")
        text = body.decode()
        fault = self._struck()
        if fault is not None:
            if fault.stores:
                self._put(arguments, parse_lines(text, arguments["precision"])[: fault.stores])
            if fault.status == 0:
                raise ConnectionAbortedError
            if fault.status != 204:
                told = {"Retry-After": fault.retry_after} if fault.retry_after else {}
                return Answer(fault.status, fault.message) if fault.raw else problem(fault.status, fault.message, told)
        for line in filter(self.unreadable, text.split("\n")):
            return problem(400, f"unable to parse '{line}': told to find it unreadable")
        try:
            lines = parse_lines(text, arguments["precision"])
        except BadLineError as bad:
            return problem(400, str(bad))
        return self._put(arguments, lines, text)

    def _put(self, arguments: dict[str, str], lines: list[Line], text: str = "") -> Answer:
        bad = {index for index, line in enumerate(text.split("\n")) if self.bad_line(line)}
        with self._lock:
            bucket = self._bucket(arguments["bucket"])
            reasons = [self._refusal(bucket, line, index in bad) for index, line in enumerate(lines)]
            for line, reason in zip(lines, reasons, strict=True):
                if reason is None:
                    bucket.put(line)
        dropped = [reason for reason in reasons if reason and reason != EXPIRED] or [
            reason for reason in reasons if reason
        ]
        if dropped:
            reason = dropped[0].format(points=len(dropped))
            told = f"failure writing points to database: partial write: {reason} dropped={len(dropped)}"
            return problem(422, told)
        return Answer(204)

    def _refusal(self, bucket: Bucket, line: Line, is_bad: bool) -> str | None:
        if is_bad:
            return "field type conflict"
        if self.now is not None and bucket.retention_seconds:
            begin = self.now() - timedelta(seconds=bucket.retention_seconds)
            if line.at < begin.timestamp() * 1e9:
                return EXPIRED
        return bucket.conflict(line)

    def _struck(self) -> Fault | None:
        with self._lock:
            fault = self.fault
            if fault is not None and fault.calls is not None:
                fault.calls -= 1
                if fault.calls <= 0:
                    self.fault = None
        if fault is not None and fault.seconds:
            self.released.wait(fault.seconds)
        return fault

    def _post_query(self, arguments: dict[str, str], _: dict[str, str], body: bytes, __: str) -> Answer:
        asked = json.loads(body)
        parameters = {
            entry["assignment"]["id"]["name"]: _literal(entry["assignment"]["init"])
            for entry in asked["extern"]["body"]
        }
        with self._lock:
            try:
                tables = self.store.answer(asked["query"], parameters)
            except BadQueryError as bad:
                return problem(400, str(bad))
            except NoSuchBucketError as missing:
                return problem(404, f'failed to initialize execute state: could not find bucket "{missing}"')
        return Answer(200, _csv(tables), {"Content-Type": "text/csv; charset=utf-8"})

    def _post_delete(self, arguments: dict[str, str], _: dict[str, str], body: bytes, __: str) -> Answer:
        asked = json.loads(body)
        predicate = re.fullmatch(r'device_id="([^"\\]*)"', asked["predicate"])
        if predicate is None:
            return problem(400, "invalid request; error parsing predicate")
        start, last = _nanos(asked["start"]), _nanos(asked["stop"])
        if start < EARLIEST or last > LATEST:
            return problem(400, "error decoding json body: invalid start time or stop time")
        with self._lock:
            self._bucket(arguments["bucket"]).delete(predicate[1], start, last)
        return Answer(204)

    def _get_orgs(self, arguments: dict[str, str], *_: object) -> Answer:
        if arguments.get("org") not in (ORG, None):
            return problem(404, "organization name not found")
        return Answer(200, {"orgs": [{"id": ORG_ID, "name": ORG}]})

    def _get_buckets(self, arguments: dict[str, str], *_: object) -> Answer:
        if arguments.get("org") != ORG:
            return problem(404, "organization name not found")
        found = [bucket for bucket in self.store.buckets.values() if bucket.name == arguments["name"]]
        if not found:
            return problem(404, f'bucket "{arguments["name"]}" not found')
        return Answer(200, {"buckets": [_told(bucket) for bucket in found]})

    def _get_buckets_id(self, _: object, __: object, ___: object, place: str) -> Answer:
        return Answer(200, _told(next(bucket for bucket in self.store.buckets.values() if bucket.id == place)))

    def _post_buckets(self, _: object, __: object, body: bytes, ___: object) -> Answer:
        asked = json.loads(body)
        if asked["orgID"] != ORG_ID or asked["name"] in self.store.buckets:
            return problem(422, f"bucket with name {asked['name']} already exists")
        place = f"b{len(self.store.buckets):015x}"
        kept = asked["retentionRules"][0]["everySeconds"]
        self.store.buckets[asked["name"]] = Bucket(place, asked["name"], kept)
        return Answer(201, _told(self.store.buckets[asked["name"]]))

    def _patch_buckets_id(self, _: object, __: object, body: bytes, place: str) -> Answer:
        bucket = next(bucket for bucket in self.store.buckets.values() if bucket.id == place)
        bucket.retention_seconds = json.loads(body)["retentionRules"][0]["everySeconds"]
        return Answer(200, _told(bucket))

    def _get_tasks(self, arguments: dict[str, str], *_: object) -> Answer:
        found = [task for task in self.tasks.values() if task["name"] == arguments.get("name")]
        return Answer(200, {"tasks": found, "links": {"self": "/api/v2/tasks"}})

    def _post_tasks(self, _: object, __: object, body: bytes, ___: object) -> Answer:
        asked = json.loads(body)
        name = re.search(r'option task = \{name: "([^"]+)", every: \w+, offset: \w+\}', asked["flux"])
        if name is None:
            return problem(400, "failed to parse options from script")
        place = f"c{len(self.tasks):015x}"
        task = {"id": place, "orgID": ORG_ID, "name": name[1], "flux": asked["flux"], "status": asked["status"]}
        self.tasks[place] = task
        return Answer(201, task)

    def _patch_tasks_id(self, _: object, __: object, body: bytes, place: str) -> Answer:
        self.tasks[place].update({key: value for key, value in json.loads(body).items() if key in ("flux", "status")})
        return Answer(200, self.tasks[place])

    def _bucket(self, name: str) -> Bucket:
        try:
            return self.store.bucket(name)
        except NoSuchBucketError:
            raise problem(404, f'bucket "{name}" not found') from None


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, *arguments: Any) -> None:
        self._open: set[Any] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        for request in list(self._open):
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # headers and body in one packet: in two, the second waits 40 ms for an acknowledgement
    server_of_tests: InfluxWireServer

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server_of_tests.handle(self.command, self.path, headers, body)
        told = answer.body.encode() if isinstance(answer.body, str) else json.dumps(answer.body).encode()
        content = b"" if answer.body is None else told
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names of the base class

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: tests look at `calls`."""


def _literal(node: dict[str, Any]) -> Any:
    """A parameter as the client writes it; times and durations in nanoseconds."""
    kind = node["type"]
    if kind == "DateTimeLiteral":
        return _nanos(node["value"])
    if kind == "DurationLiteral":
        return sum(part["magnitude"] * _UNITS[part["unit"]] for part in node["values"])
    if kind == "IntegerLiteral":
        return int(node["value"])
    if kind == "StringLiteral":
        return node["value"]
    raise ValueError(f"no parameter of ours is a {kind}")


def _nanos(text: str) -> int:
    """An RFC 3339 time with up to nine digits."""
    whole, _, rest = re.sub(r"(Z|\+00:00)$", "", text).partition(".")
    moment = datetime.fromisoformat(whole + "+00:00")
    return round(moment.timestamp()) * 10**9 + int(rest.ljust(9, "0") if rest else 0)


def _csv(tables: list[Rows]) -> str:
    """As the server writes it: a header row where the columns change, tables numbered, lines end with CR LF."""
    lines: list[str] = []
    header: list[str] = []
    for number, table in enumerate(tables):
        columns = ["", "result", "table", *(name for name in table[0] if name != "result")]
        if columns != header:
            lines += [""] if header else []
            lines.append(",".join(columns))
            header = columns
        for row in table:
            cells = ["", row.get("result", "_result"), str(number), *(v for name, v in row.items() if name != "result")]
            lines.append(",".join(cells))
    return "\r\n".join([*lines, "", ""]) if lines else "\r\n"


def _told(bucket: Bucket) -> dict[str, Any]:
    rules = [{"type": "expire", "everySeconds": bucket.retention_seconds}] if bucket.retention_seconds else []
    return {"id": bucket.id, "orgID": ORG_ID, "name": bucket.name, "retentionRules": rules}
