"""bynder-sdk 2. It requires https, so a TLS proxy is in front of the portal."""

import pytest
import requests
from bynder_sdk import BynderClient
from oauthlib.oauth2 import InvalidClientError

from conftest import BACK, CONNECTOR


@pytest.fixture(autouse=True)
def trust(tls_proxy, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls_proxy.authority)


def client(tls_proxy, app, **options):
    return BynderClient(domain=tls_proxy.domain, client_id=app.id, client_secret=app.secret, **options)


def test_client_credentials_token_is_accepted(portal, tls_proxy, connector):
    sdk = client(tls_proxy, connector, client_credentials=True)
    token = sdk.fetch_token(code=None)
    assert token["token_type"] == "Bearer" and set(CONNECTOR) <= set(token["scope"])
    user = sdk.session.get("/v4/currentUser/")
    assert (user["id"], user["email"]) == (portal.user_id, portal.email)
    assert portal.email in [user["email"] for user in sdk.session.get("/v4/users/", params={"limit": 5})]
    # An endpoint that Bynder has and this server doesn't returns 404.
    with pytest.raises(requests.HTTPError) as missing:
        sdk.asset_bank_client.media_list({"limit": 1})
    assert missing.value.response.status_code == 404


def test_wrong_secret_is_rejected(tls_proxy, connector):
    sdk = BynderClient(domain=tls_proxy.domain, client_id=connector.id, client_secret="guess", client_credentials=True)
    with pytest.raises(InvalidClientError):
        sdk.fetch_token(code=None)


def test_permanent_token_is_accepted(portal, tls_proxy, connector):
    sdk = client(tls_proxy, connector, client_credentials=True)
    access_token = sdk.fetch_token(code=None)["access_token"]
    stored = BynderClient(domain=tls_proxy.domain, permanent_token=access_token)
    assert stored.session.get("/v4/currentUser/")["id"] == portal.user_id
    wrong = BynderClient(domain=tls_proxy.domain, permanent_token="guess")
    with pytest.raises(requests.HTTPError) as rejected:
        wrong.session.get("/v4/currentUser/")
    assert rejected.value.response.status_code == 401


def test_authorization_code_token_is_accepted_and_refreshed(portal, tls_proxy, gallery, consent_over_tls):
    saved = []
    options = {"redirect_uri": BACK, "scopes": ["offline", "current.user:read"], "token_saver": saved.append}
    sdk = client(tls_proxy, gallery, **options)
    url, state = sdk.get_authorization_url()
    assert url.startswith(f"{tls_proxy.url}/v6/authentication/oauth2/auth?") and f"state={state}" in url
    code = consent_over_tls(url, gallery).split("code=")[1].split("&")[0]
    token = sdk.fetch_token(code)
    assert sdk.session.get("/v4/currentUser/")["id"] == portal.user_id

    # The tokens also work in a new client, which refreshes the expired one.
    stored = client(tls_proxy, gallery, token=token | {"expires_in": -1, "expires_at": 1}, **options)
    assert stored.session.get("/v4/currentUser/")["id"] == portal.user_id
    assert saved and saved[0]["refresh_token"] == token["refresh_token"]
