"""bynder-sdk 2 as it is published. It speaks https only, so TLS stands before the portal."""

import pytest
import requests
from bynder_sdk import BynderClient
from oauthlib.oauth2 import InvalidClientError

from conftest import BACK, CONNECTOR


@pytest.fixture(autouse=True)
def trust(front, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", front.authority)


def client(front, app, **options):
    return BynderClient(domain=front.domain, client_id=app.id, client_secret=app.secret, **options)


def test_client_credentials(portal, front, connector):
    sdk = client(front, connector, client_credentials=True)
    token = sdk.fetch_token(code=None)
    assert token["token_type"] == "Bearer" and set(CONNECTOR) <= set(token["scope"])
    user = sdk.session.get("/v4/currentUser/")
    assert (user["id"], user["email"]) == (portal.user_id, portal.email)
    assert portal.email in [user["email"] for user in sdk.session.get("/v4/users/", params={"limit": 5})]
    # What the product has and this server does not is a plain 404.
    with pytest.raises(requests.HTTPError) as missing:
        sdk.asset_bank_client.media_list({"limit": 1})
    assert missing.value.response.status_code == 404


def test_a_wrong_secret(front, connector):
    sdk = BynderClient(domain=front.domain, client_id=connector.id, client_secret="guess", client_credentials=True)
    with pytest.raises(InvalidClientError):
        sdk.fetch_token(code=None)


def test_a_permanent_token(portal, front, connector):
    sdk = client(front, connector, client_credentials=True)
    access_token = sdk.fetch_token(code=None)["access_token"]
    kept = BynderClient(domain=front.domain, permanent_token=access_token)
    assert kept.session.get("/v4/currentUser/")["id"] == portal.user_id
    wrong = BynderClient(domain=front.domain, permanent_token="guess")
    with pytest.raises(requests.HTTPError) as refused:
        wrong.session.get("/v4/currentUser/")
    assert refused.value.response.status_code == 401


def test_authorization_code_and_refreshing(portal, front, gallery, consent_over_tls):
    saved = []
    options = {"redirect_uri": BACK, "scopes": ["offline", "current.user:read"], "token_saver": saved.append}
    sdk = client(front, gallery, **options)
    url, state = sdk.get_authorization_url()
    assert url.startswith(f"{front.url}/v6/authentication/oauth2/auth?") and f"state={state}" in url
    code = consent_over_tls(url, gallery).split("code=")[1].split("&")[0]
    token = sdk.fetch_token(code)
    assert sdk.session.get("/v4/currentUser/")["id"] == portal.user_id

    # The tokens work in a new client, as a program keeps them; one that is out of date is refreshed.
    kept = client(front, gallery, token=token | {"expires_in": -1, "expires_at": 1}, **options)
    assert kept.session.get("/v4/currentUser/")["id"] == portal.user_id
    assert saved and saved[0]["refresh_token"] == token["refresh_token"]
