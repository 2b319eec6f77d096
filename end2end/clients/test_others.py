"""Clients in other languages: npm's oauth-1.0a in Node.js, and curl with a signature made by hand in a shell."""

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
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_npm_oauth_1_0a(portal, consumer, token, method):
    answers = run(portal, consumer, token, "node", str(HERE / "oauth-1.0a.mjs"), method)
    for answer in answers:
        assert answer["status"] == 200, answer
    assert answers[0]["body"]["id"] == portal.user_id
    assert answers[1]["body"][0]["id"] == portal.user_id
    assert answers[2]["body"]["oauth_callback_confirmed"] == "true"


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
@pytest.mark.parametrize("place", ["header", "query"])
def test_curl_signed_by_hand(portal, consumer, token, digest, place):
    user = run(portal, consumer, token, str(HERE / "curl.sh"), digest, place)
    assert user["id"] == portal.user_id
