"""Clients in other languages: npm's oauth-1.0a in Node.js, and curl with a signature computed in shell."""

import json
import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def run(portal, consumer, token, *command):
    environment = os.environ | {
        "PORTAL": portal.url,
        "CONSUMER_KEY": consumer.key,
        "CONSUMER_SECRET": consumer.secret,
        "TOKEN": token.token,
        "TOKEN_SECRET": token.secret,
    }
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_npm_oauth_1_0a_requests_are_accepted(portal, consumer, token, method):
    responses = run(portal, consumer, token, "node", str(HERE / "oauth-1.0a.mjs"), method)
    for response in responses:
        assert response["status"] == 200, response
    assert responses[0]["body"]["id"] == portal.user_id
    assert responses[1]["body"][0]["id"] == portal.user_id
    assert responses[2]["body"]["oauth_callback_confirmed"] == "true"


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize("place", ["header", "query"])
def test_curl_with_shell_signature_is_accepted(portal, consumer, token, digest, place):
    user = run(portal, consumer, token, str(HERE / "curl.sh"), digest, place)
    assert user["id"] == portal.user_id
