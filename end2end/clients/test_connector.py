"""A connector reads settings, follows changes across a server restart, and sends logs."""

import time
from datetime import datetime, timezone

import pytest
import requests
from connector import Connector
from portal import Portal


@pytest.fixture
def own_portal(tmp_path):
    """A portal whose server a test may stop."""
    portal = Portal(tmp_path)
    yield portal
    portal.stop()


@pytest.fixture
def connector(own_portal):
    return Connector(own_portal.url, own_portal.api_key())


def settings(term, more=""):
    return f"""
        remoteLogging = true
        [portal]
        url = "https://dam.example.com"
        [global]
        assetTypes = ["image", "video"]
        [[fields]]
        field = "Home/Hero Image"
        defaultSearchTerm = "{term}"
        {more}
    """


def test_event_stream_misses_no_revision_across_a_restart(own_portal, connector):
    own_portal.apply_settings(settings("first"))
    revisions = connector.follow()
    received = [next(revisions)]
    for number in range(5):
        saved = own_portal.apply_settings(settings(f"before {number}"))
        received.append(next(revisions))
        assert received[-1] == saved

    def meanwhile():
        for number in range(5):
            own_portal.apply_settings(settings(f"meanwhile {number}"))

    own_portal.restart(meanwhile)
    last = own_portal.apply_settings(settings("after"))
    while received[-1] < last:
        received.append(next(revisions))
    assert received == list(range(1, last + 1))


def test_saved_settings_reach_the_connector_within_a_second(own_portal, connector):
    revisions = connector.follow()
    assert next(revisions) == 0
    for number in range(5):
        revision = own_portal.apply_settings(settings(f"term {number}"))
        saved = time.monotonic()
        assert next(revisions) == revision
        assert time.monotonic() - saved < 1
        assert connector.refresh() and connector.settings["revision"] == revision


def test_settings_are_returned_only_when_changed(own_portal, connector):
    assert connector.refresh()
    assert connector.settings["revision"] == 0
    assert not connector.refresh()
    own_portal.apply_settings(settings("cat"))
    wait_until(connector.refresh)
    assert connector.settings["fields"] == [{"field": "Home/Hero Image", "defaultSearchTerm": "cat"}]
    field = connector.field("home/hero image")
    assert field["field"] == "Home/Hero Image" and field["portal"] == {"url": "https://dam.example.com"}
    assert (field["defaultSearchTerm"], field["assetTypes"]) == ("cat", ["image", "video"])
    assert field["source"] == {"defaultSearchTerm": "field", "assetTypes": "global"}
    other = connector.field("Überschrift")
    assert (other["configured"], other["source"]) == (False, {"assetTypes": "global"})


def test_logs_are_accepted_once_per_idempotency_key_when_enabled(own_portal, connector):
    record = {"time": datetime.now(timezone.utc).isoformat(), "level": "Warning", "message": "Slow", "thread": 7}
    rejected = connector.log(record)
    assert (rejected.status_code, rejected.json()["type"]) == (403, "remote-logging-disabled")
    own_portal.apply_settings(settings("cat"))
    wait_until(lambda: connector.log(record, key="first").ok)
    for _ in range(2):
        again = connector.log(record, key="first")
        assert (again.status_code, again.json()) == (202, {"accepted": 1})
    assert connector.log(record, record, key="first").status_code == 422
    assert connector.log(record, record, lines=True).json() == {"accepted": 2}


def test_revoked_api_key_ends_the_event_stream(own_portal, connector):
    revisions = connector.follow()
    assert next(revisions) == 0
    own_portal.command("api-key", "rotate", "--overlap", "none")
    with pytest.raises(requests.HTTPError, match="401"):
        next(revisions)


def wait_until(condition):
    """Waits up to a second, within which a server learns of changes by the command line."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < 1, "condition not met within a second"
