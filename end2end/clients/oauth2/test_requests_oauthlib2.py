"""requests-oauthlib 2 with oauthlib: the grants, PKCE and automatic refreshing."""

from urllib.parse import parse_qs, urlsplit

import pytest
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, MissingCodeError
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError
from requests_oauthlib import OAuth2Session

from conftest import BACK


def test_client_credentials_token_is_accepted(portal, endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    token = session.fetch_token(endpoints.token, client_secret=connector.secret, include_client_id=False)
    assert token["token_type"] == "Bearer"
    assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id
    users = session.get(portal.url + "/api/v4/users", params={"limit": 1})
    assert (users.status_code, users.headers["X-Pagination-Limit"]) == (200, "1")


def test_secret_in_the_body_is_accepted(endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    # If the client ID is in the body, the library puts the secret there too.
    token = session.fetch_token(endpoints.token, client_secret=connector.secret, include_client_id=True)
    assert token["access_token"]


def test_wrong_secret_is_rejected(endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    with pytest.raises(InvalidClientError):
        session.fetch_token(endpoints.token, client_secret="guess", include_client_id=False)


def test_authorization_code_with_pkce_is_refreshed_automatically(portal, endpoints, consent, gallery):
    scope = ["offline", "current.user:read"]
    saved = []
    session = OAuth2Session(
        gallery.id, redirect_uri=BACK, scope=scope, pkce="S256",
        auto_refresh_url=endpoints.token, token_updater=saved.append,
    )
    url, state = session.authorization_url(endpoints.authorize)
    assert parse_qs(urlsplit(url).query)["code_challenge_method"] == ["S256"]
    back = consent(url, gallery)
    assert parse_qs(urlsplit(back).query)["state"] == [state]
    token = session.fetch_token(endpoints.token, authorization_response=back, client_secret=gallery.secret)
    assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id

    # Makes the library treat the token as expired.
    session.token = token | {"expires_in": -1, "expires_at": 1}
    user = session.get(portal.url + "/api/v4/currentUser", client_id=gallery.id, client_secret=gallery.secret)
    assert user.json()["id"] == portal.user_id
    assert saved and saved[0]["refresh_token"] == token["refresh_token"]


def test_first_refresh_token_stays_valid_after_each_refresh(portal, endpoints, consent, gallery):
    """The SDKs for C# and Java reuse the first refresh token."""
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["offline", "current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize)
    back = consent(url, gallery)
    first = session.fetch_token(endpoints.token, authorization_response=back, client_secret=gallery.secret)["refresh_token"]
    for _ in range(3):
        token = session.refresh_token(endpoints.token, refresh_token=first, auth=(gallery.id, gallery.secret))
        assert token["refresh_token"] == first
        assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id


def test_state_of_3000_characters_is_returned_unchanged(endpoints, browser, gallery):
    state = "a b+c%20d&e=f" * 230
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize, state=state)
    browser.open(url)
    browser.sign_in()
    back = browser.click("Deny")
    assert parse_qs(urlsplit(back).query)["state"] == [state]


def test_denied_authorization_issues_no_token(endpoints, browser, gallery):
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize)
    browser.open(url)
    browser.sign_in()
    back = browser.click("Deny")
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    with pytest.raises((AccessDeniedError, MissingCodeError)):
        session.fetch_token(endpoints.token, authorization_response=back, client_secret=gallery.secret)
