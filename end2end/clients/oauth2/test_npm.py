"""npm's openid-client and @bynder/bynder-js-sdk in Node.js. Consent is given by the browser of these tests."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from conftest import BACK

HERE = Path(__file__).parent


class Node:
    """A Node.js script that prints lines of JSON and reads lines from stdin."""

    def __init__(self, portal, app, script, *arguments):
        environment = os.environ | {
            "PORTAL": portal.url, "BACK": BACK, "CLIENT_ID": app.id, "CLIENT_SECRET": app.secret or "",
        }
        self._process = subprocess.Popen(
            ["node", str(HERE / script), *arguments], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

    def read(self):
        line = self._process.stdout.readline()
        assert line, self._process.communicate(timeout=30)[1]
        return json.loads(line)

    def write(self, text):
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()

    def finish(self):
        _, error = self._process.communicate(timeout=30)
        assert self._process.returncode == 0, error


@pytest.fixture
def node(portal):
    started = []

    def start(*arguments):
        started.append(Node(portal, *arguments))
        return started[-1]

    yield start
    for script in started:
        script._process.kill()
        script._process.wait()


def test_openid_client_with_client_credentials(portal, connector, node):
    script = node(connector, "openid-client.mjs", "client_credentials")
    metadata = script.read()
    assert metadata["issuer"] == portal.url
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    result = script.read()
    assert result["user"]["id"] == portal.user_id
    assert (result["before"]["active"], result["before"]["client_id"]) == (True, connector.id)
    assert result["after"] == {"active": False}
    assert result["rejected"] == "invalid_scope"
    script.finish()


@pytest.mark.parametrize("kind", ["gallery", "studio", "desktop"])
def test_openid_client_with_authorization_code(portal, node, consent, request, kind):
    app = request.getfixturevalue(kind)
    script = node(app, "openid-client.mjs", "authorization_code")
    script.read()
    script.write(consent(script.read()["url"], app))
    result = script.read()
    assert result["user"]["id"] == portal.user_id
    assert (result["first"] != result["second"]) == (kind != "gallery")
    assert result["rejected"] == "invalid_grant"
    script.finish()


def test_bynder_js_sdk_with_client_credentials(portal, connector, node):
    script = node(connector, "bynder-js-sdk.cjs", "client_credentials")
    result = script.read()
    assert result["user"]["id"] == portal.user_id
    assert result["missing"] == 404
    script.finish()


@pytest.mark.parametrize("kind", ["gallery", "studio"])
def test_bynder_js_sdk_with_authorization_code(portal, node, consent, request, kind):
    app = request.getfixturevalue(kind)
    script = node(app, "bynder-js-sdk.cjs", "authorization_code")
    script.write(consent(script.read()["url"], app))
    result = script.read()
    assert result["user"]["id"] == portal.user_id
    # The SDK replaces its token with the response, so the response repeats a refresh token that stays valid.
    assert result["second"]
    assert (result["first"] != result["second"]) == (kind == "studio")
    script.finish()
