"""Makes the token with which Grafana reads InfluxDB: it may read the buckets of the organisation, and nothing else.

`read_token.py --url URL --org NAME --token-file FILE --to FILE`: `--token-file` holds a token that may do anything in
the organisation; the new one goes into `--to`. One that is there and works stays. Nothing but the standard library: it
runs in a container of its own (`influxdb-reader` in docker-compose.yml), before Grafana.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

DESCRIPTION = "care: grafana reads"
TIMEOUT_SECONDS = 15


class Server:
    """InfluxDB as the holder of a token sees it. Raises `urllib.error.HTTPError` and OSError."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        """One call of its interface."""
        request = urllib.request.Request(  # noqa: S310 - an address of the operator's
            f"{self._url}/api/v2/{path}?{urllib.parse.urlencode(query)}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Token {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
        return found


def works(url: str, org: str, path: Path) -> bool:
    """Whether the file holds a token that the server accepts."""
    try:
        Server(url, path.read_text(encoding="utf-8").strip()).call("GET", "buckets", org=org, limit="1")
    except FileNotFoundError:
        return False
    except urllib.error.HTTPError as refusal:
        if refusal.code == 401:
            return False
        raise
    return True


def make(server: Server, org: str) -> str:
    """A new token; those of before, which nobody holds any more, are withdrawn."""
    org_id = server.call("GET", "orgs", org=org)["orgs"][0]["id"]
    for known in server.call("GET", "authorizations", orgID=org_id)["authorizations"]:
        if known["description"] == DESCRIPTION:
            server.call("DELETE", f"authorizations/{known['id']}")
    permission = {"action": "read", "resource": {"type": "buckets", "orgID": org_id}}
    wanted = {"orgID": org_id, "description": DESCRIPTION, "permissions": [permission]}
    return str(server.call("POST", "authorizations", wanted)["token"])


def main() -> int:
    """0: there is a token that works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--org", required=True)
    parser.add_argument("--token-file", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    asked = parser.parse_args()
    if works(asked.url, asked.org, asked.to):
        print("只读令牌有效，保持不变 / the token that only reads works and stays")
        return 0
    token = make(Server(asked.url, asked.token_file.read_text(encoding="utf-8").strip()), asked.org)
    # Written beside and renamed: nobody reads half of it. Grafana runs as another user, and the volume is its alone.
    beside = asked.to.with_name(asked.to.name + ".new")
    beside.write_text(token + "\n", encoding="utf-8")
    beside.chmod(0o444)
    beside.replace(asked.to)
    print("已建立只读令牌 / a token that only reads was made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
