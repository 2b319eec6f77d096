"""npm's openid-client and @bynder/bynder-js-sdk, in Node.js; where a person is asked, the browser is here."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import BACK

HERE = Path(__file__).parent


class Node:
    """A script that says one line of JSON at a time, and is answered by one."""

    def __init__(self, portal, app, script, *arguments):
        environment = os.environ | {
            "PORTAL": portal.url, "BACK": BACK, "CLIENT_ID": app.id, "CLIENT_SECRET": app.secret or "",
        }
        self._process = subprocess.Popen(
            ["node", str(HERE / script), *arguments], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def hear(self):
        line = self._process.stdout.readline()
        assert line, self._process.communicate(timeout=30)[1]
        return json.loads(line)

    def say(self, text):
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def end(self):
        _, error = self._process.communicate(timeout=30)
        assert self._process.returncode == 0, error


@pytest.fixture
def node(portal):
    started = []

    def start(*arguments):
        started.append(Node(portal, *arguments))
        return started[-1]

    yield start
    for one in started:
        one._process.kill()
        one._process.wait()


def test_openid_client_by_itself(portal, connector, node):
    script = node(connector, "openid-client.mjs", "client_credentials")
    metadata = script.hear()
    assert metadata["issuer"] == portal.url
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    found = script.hear()
    assert found["user"]["id"] == portal.user_id
    assert (found["before"]["active"], found["before"]["client_id"]) == (True, connector.id)
    assert found["after"] == {"active": False}
    assert found["refused"] == "invalid_scope"
    script.end()


@pytest.mark.parametrize("kind", ["gallery", "studio", "desktop"])
def test_openid_client_for_a_person(portal, node, consent, request, kind):
    app = request.getfixturevalue(kind)
    script = node(app, "openid-client.mjs", "authorization_code")
    script.hear()
    script.say(consent(script.hear()["url"], app))
    found = script.hear()
    assert found["user"]["id"] == portal.user_id
    assert (found["first"] != found["second"]) == (kind != "gallery")
    assert found["refused"] == "invalid_grant"
    script.end()


def test_bynder_js_sdk_by_itself(portal, connector, node):
    script = node(connector, "bynder-js-sdk.cjs", "client_credentials")
    found = script.hear()
    assert found["user"]["id"] == portal.user_id
    assert found["missing"] == 404
    script.end()


@pytest.mark.parametrize("kind", ["gallery", "studio"])
def test_bynder_js_sdk_for_a_person(portal, node, consent, request, kind):
    app = request.getfixturevalue(kind)
    script = node(app, "bynder-js-sdk.cjs", "authorization_code")
    script.say(consent(script.hear()["url"], app))
    found = script.hear()
    assert found["user"]["id"] == portal.user_id
    # The SDK overwrites what it has with whatever the answer has, so the answer repeats a token that is kept.
    assert found["second"]
    assert (found["first"] != found["second"]) == (kind == "studio")
    script.end()
