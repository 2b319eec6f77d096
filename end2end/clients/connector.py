"""A small CMS connector, as its makers would write it from the description of the API and nothing else."""

import json
import time
import uuid
from urllib.parse import quote

import requests


class Connector:
    """Keeps a copy of the account's settings, and follows what becomes of them."""

    def __init__(self, url, key, name='sitecoreai/2.1.0; instance="Test"'):
        self.api = url + "/api/connector/v1"
        self.session = requests.Session()
        self.session.headers.update({"X-Api-Key": key, "X-Connector": name})
        self.settings, self.etag = None, None
        self.last_event_id, self.retry = None, 3.0

    def refresh(self):
        """Reads the settings, if they are not those that it has; says whether they were."""
        headers = {"If-None-Match": self.etag} if self.etag else {}
        answer = self.session.get(self.api + "/settings", headers=headers, timeout=10)
        answer.raise_for_status()
        if answer.status_code == 304:
            return False
        self.settings, self.etag = answer.json(), answer.headers["ETag"]
        return True

    def field(self, name):
        answer = self.session.get(f"{self.api}/settings/fields/{quote(name, safe='')}", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def log(self, *records, lines=False, key=None):
        """Sends log records; a batch that may not have arrived is sent again with the key it had."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        headers["Content-Type"] = "application/x-ndjson" if lines else "application/json"
        body = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
        return self.session.post(self.api + "/logs", data=body, headers=headers, timeout=10)

    def follow(self):
        """Each revision that it is told of, whatever happens to the server (WHATWG HTML, section 9.2)."""
        while True:
            headers = {"Accept": "text/event-stream"}
            if self.last_event_id is not None:
                headers["Last-Event-ID"] = self.last_event_id
            try:
                with self.session.get(self.api + "/settings/events", headers=headers, stream=True, timeout=30) as answer:
                    answer.raise_for_status()
                    yield from self._events(answer)
            except requests.ConnectionError:
                pass
            time.sleep(self.retry)

    def _events(self, answer):
        event = {}
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
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
