"""requests-oauthlib 2 on oauthlib: the grants, PKCE, and its own refreshing."""

from urllib.parse import parse_qs, urlsplit

import pytest
from oauthlib.oauth2 import BackendApplicationClient, InvalidClientError, MissingCodeError
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError
from requests_oauthlib import OAuth2Session

from conftest import BACK


def test_client_credentials(portal, endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    token = session.fetch_token(endpoints.token, client_secret=connector.secret, include_client_id=False)
    assert token["token_type"] == "Bearer"
    assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id
    users = session.get(portal.url + "/api/v4/users", params={"limit": 1})
    assert (users.status_code, users.headers["X-Pagination-Limit"]) == (200, "1")


def test_the_secret_in_the_body(endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    # With the client id in the body, the library puts the secret there, too.
    token = session.fetch_token(endpoints.token, client_secret=connector.secret, include_client_id=True)
    assert token["access_token"]


def test_a_wrong_secret(endpoints, connector):
    session = OAuth2Session(client=BackendApplicationClient(connector.id))
    with pytest.raises(InvalidClientError):
        session.fetch_token(endpoints.token, client_secret="guess", include_client_id=False)


def test_authorization_code_with_pkce_and_refreshing_by_itself(portal, endpoints, consent, gallery):
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

    # To the library it is out of date now.
    session.token = token | {"expires_in": -1, "expires_at": 1}
    user = session.get(portal.url + "/api/v4/currentUser", client_id=gallery.id, client_secret=gallery.secret)
    assert user.json()["id"] == portal.user_id
    assert saved and saved[0]["refresh_token"] == token["refresh_token"]


def test_the_first_refresh_token_put_back_after_each_refresh(portal, endpoints, consent, gallery):
    """As the SDKs for C# and Java do."""
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["offline", "current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize)
    back = consent(url, gallery)
    first = session.fetch_token(endpoints.token, authorization_response=back, client_secret=gallery.secret)["refresh_token"]
    for _ in range(3):
        token = session.refresh_token(endpoints.token, refresh_token=first, auth=(gallery.id, gallery.secret))
        assert token["refresh_token"] == first
        assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id


def test_a_state_of_3000_characters(endpoints, person, gallery):
    state = "a b+c%20d&e=f" * 230
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize, state=state)
    person.open(url)
    person.sign_in()
    back = person.press("Refuse")
    assert parse_qs(urlsplit(back).query)["state"] == [state]


def test_a_person_may_refuse(endpoints, person, gallery):
    session = OAuth2Session(gallery.id, redirect_uri=BACK, scope=["current.user:read"])
    url, _ = session.authorization_url(endpoints.authorize)
    person.open(url)
    person.sign_in()
    back = person.press("Refuse")
    assert parse_qs(urlsplit(back).query)["error"] == ["access_denied"]
    with pytest.raises((AccessDeniedError, MissingCodeError)):
        session.fetch_token(endpoints.token, authorization_response=back, client_secret=gallery.secret)
