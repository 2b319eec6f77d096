"""schemathesis makes requests up from /api/openapi.json: nothing may be answered by a fault of the server's, and every
answer has to be one that the description has."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests

PROGRAM = Path(sys.executable).with_name("schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SCOPES = ["current.user:read", "current.profile:read", "admin.user:read", "admin.profile:read", "asset:read"]


@pytest.fixture(scope="module")
def reader(portal):
    return portal.app("Reader", "client_credentials", SCOPES)


def run(portal, folder, paths, *arguments):
    command = [
        PROGRAM, "run", f"{portal.url}/api/openapi.json", "--checks", CHECKS, "--seed", "1", "--max-examples", "60",
        "--include-path-regex", paths, "--no-color", *arguments,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "generated" in done.stdout


def test_the_api_with_an_access_token(portal, reader, endpoints, tmp_path):
    answer = requests.post(endpoints.token, data={"grant_type": "client_credentials"}, auth=(reader.id, reader.secret))
    token = answer.json()["access_token"]
    run(portal, tmp_path, "^/api/v4", "--header", f"Authorization: Bearer {token}")


def test_the_api_with_nothing(portal, tmp_path):
    run(portal, tmp_path, "^/api/v4")


def test_the_endpoints_of_oauth_2_with_a_client(portal, reader, tmp_path):
    run(portal, tmp_path, "^/(v6|[.]well-known)", "--auth", f"{reader.id}:{reader.secret}")


def test_the_endpoints_of_oauth_2_with_nothing(portal, tmp_path):
    run(portal, tmp_path, "^/(v6|[.]well-known)")


# An answer of /settings/events has no end.
CONNECTOR = "^/api/connector/v1/(settings$|settings/fields|logs)"


def test_the_connector_api_with_the_api_key(portal, tmp_path):
    portal.apply("remoteLogging = true")
    run(portal, tmp_path, CONNECTOR, "--header", f"X-Api-Key: {portal.api_key()}")


def test_the_connector_api_with_nothing(portal, tmp_path):
    run(portal, tmp_path, "^/api/connector")
