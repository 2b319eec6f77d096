"""schemathesis generates requests from /api/openapi.json. No response may be a server error, and every response must be
described."""

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
    return portal.create_app("Reader", "client_credentials", SCOPES)


def run(portal, folder, paths, *arguments):
    command = [
        PROGRAM, "run", f"{portal.url}/api/openapi.json", "--checks", CHECKS, "--seed", "1", "--max-examples", "60",
        "--include-path-regex", paths, "--no-color", *arguments,
    ]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert process.returncode == 0, process.stdout[-6000:] + process.stderr[-2000:]
    assert "generated" in process.stdout


def test_api_with_access_token_conforms(portal, reader, endpoints, tmp_path):
    response = requests.post(endpoints.token, data={"grant_type": "client_credentials"}, auth=(reader.id, reader.secret))
    token = response.json()["access_token"]
    run(portal, tmp_path, "^/api/v4", "--header", f"Authorization: Bearer {token}")


def test_api_without_credentials_conforms(portal, tmp_path):
    run(portal, tmp_path, "^/api/v4")


def test_oauth2_endpoints_with_client_credentials_conform(portal, reader, tmp_path):
    run(portal, tmp_path, "^/(v6|[.]well-known)", "--auth", f"{reader.id}:{reader.secret}")


def test_oauth2_endpoints_without_credentials_conform(portal, tmp_path):
    run(portal, tmp_path, "^/(v6|[.]well-known)")


# Excludes /settings/events, whose response does not end.
CONNECTOR = "^/api/connector/v1/(settings$|settings/fields|logs)"


def test_connector_api_with_api_key_conforms(portal, tmp_path):
    portal.apply_settings("remoteLogging = true")
    run(portal, tmp_path, CONNECTOR, "--header", f"X-Api-Key: {portal.api_key()}")


def test_connector_api_without_api_key_conforms(portal, tmp_path):
    run(portal, tmp_path, "^/api/connector")
