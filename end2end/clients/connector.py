"""A small CMS connector, written from the API description only."""

import json
import time
import uuid
from urllib.parse import quote

import requests


class Connector:
    """Keeps a copy of the account's settings and follows their changes."""

    def __init__(self, url, key, name='sitecoreai/2.1.0; instance="Test"'):
        self.api = url + "/api/connector/v1"
        self.session = requests.Session()
        self.session.headers.update({"X-Api-Key": key, "X-Connector": name})
        self.settings, self.etag = None, None
        self.last_event_id, self.retry = None, 3.0

    def refresh(self):
        """Loads the settings if they changed. Returns whether they did."""
        headers = {"If-None-Match": self.etag} if self.etag else {}
        response = self.session.get(self.api + "/settings", headers=headers, timeout=10)
        response.raise_for_status()
        if response.status_code == 304:
            return False
        self.settings, self.etag = response.json(), response.headers["ETag"]
        return True

    def field(self, name):
        response = self.session.get(f"{self.api}/settings/fields/{quote(name, safe='')}", timeout=10)
        response.raise_for_status()
        return response.json()

    def log(self, *records, lines=False, key=None):
        """Sends log records as JSON or JSON Lines. A retry passes the idempotency key of the first attempt."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        headers["Content-Type"] = "application/x-ndjson" if lines else "application/json"
        body = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
        return self.session.post(self.api + "/logs", data=body, headers=headers, timeout=10)

    def follow(self):
        """Yields each revision from the event stream, and reconnects if it ends (WHATWG HTML, section 9.2)."""
        while True:
            headers = {"Accept": "text/event-stream"}
            if self.last_event_id is not None:
                headers["Last-Event-ID"] = self.last_event_id
            try:
                with self.session.get(self.api + "/settings/events", headers=headers, stream=True, timeout=30) as response:
                    response.raise_for_status()
                    yield from self._events(response)
            except requests.ConnectionError:
                pass
            time.sleep(self.retry)

    def _events(self, response):
        event = {}
        for line in response.iter_lines(chunk_size=1, decode_unicode=True):
            if line:
                name, _, value = line.partition(":")
                event[name] = value.removeprefix(" ")
                continue
            if "retry" in event:
                self.retry = int(event["retry"]) / 1000
            if "id" in event:
                self.last_event_id = event["id"]
            if event.get("event") == "settings":
                yield json.loads(event["data"])["revision"]
            event = {}
