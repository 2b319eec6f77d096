"""Authlib: the three grants, each way to prove a client, refresh, revocation and introspection."""

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from conftest import BACK, CONNECTOR


def session(app, **options):
    return OAuth2Session(app.id, app.secret, **options)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_client_credentials(portal, endpoints, connector, method):
    client = session(connector, token_endpoint_auth_method=method)
    token = client.fetch_token(endpoints.token, grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert set(token["scope"].split()) == {*CONNECTOR, "current.user:read", "admin.user:read"}
    assert "refresh_token" not in token
    user = client.get(portal.url + "/api/v4/currentUser").json()
    assert (user["id"], user["email"]) == (portal.user_id, portal.email)


def test_no_more_than_was_asked_for_and_registered(portal, endpoints, connector):
    client = session(connector)
    token = client.fetch_token(endpoints.token, grant_type="client_credentials", scope="asset:read admin.profile:read x")
    assert token["scope"] == "asset:read"
    refused = client.get(portal.url + "/api/v4/currentUser")
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    with pytest.raises(OAuthError) as nothing:
        client.fetch_token(endpoints.token, grant_type="client_credentials", scope="admin.profile:read")
    assert nothing.value.error == "invalid_scope"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_wrong_secret(endpoints, connector, method):
    client = OAuth2Session(connector.id, "guess", token_endpoint_auth_method=method)
    with pytest.raises(OAuthError) as refused:
        client.fetch_token(endpoints.token, grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


def test_a_second_secret(portal, endpoints, connector, within_a_second):
    added = portal.command("oauth-app", "add-secret", connector.id, "--note", "from June", "--days", "30")

    def ask(secret):
        return requests.post(endpoints.token, data={"grant_type": "client_credentials"}, auth=(connector.id, secret))

    within_a_second(lambda: ask(added["client_secret"]), lambda answer: answer.ok)
    assert ask(connector.secret).ok


def test_introspection_and_revocation(portal, endpoints, connector, within_a_second):
    client = session(connector)
    access_token = client.fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]
    said = client.introspect_token(endpoints.introspect, token=access_token).json()
    assert (said["active"], said["client_id"]) == (True, connector.id)
    assert said["exp"] - said["iat"] == 3600

    assert client.revoke_token(endpoints.revoke, token=access_token, token_type_hint="access_token").status_code == 200
    answer = within_a_second(
        lambda: requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {access_token}"}),
        lambda answer: answer.status_code == 401,
    )
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert client.introspect_token(endpoints.introspect, token=access_token).json() == {"active": False}


def test_introspection_of_another_app_s_token(portal, endpoints, connector, within_a_second):
    words = ["--grant", "client_credentials", "--user", portal.email, "--scope", "asset:read"]
    made = portal.command("oauth-app", "create", "--name", "Resource server", *words)
    access_token = session(connector).fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]
    resource_server = OAuth2Session(made["client_id"], made["client_secret"])

    def ask():
        return resource_server.introspect_token(endpoints.introspect, token=access_token).json()

    assert ask() == {"active": False}
    portal.command("oauth-app", "set-token-settings", "Resource server", "--allow-introspection")
    said = within_a_second(ask, lambda answer: answer["active"])
    assert said["client_id"] == connector.id
    portal.command("oauth-app", "set-token-settings", "Resource server", "--allow-introspection=false")
    within_a_second(ask, lambda answer: answer == {"active": False})


def test_an_app_of_an_inactive_user_stops(portal, endpoints, within_a_second):
    words = ["--name", "Grace", "--email", "grace@example.com", "--profile", "Administrator"]
    portal.command("user", "create", *words, text="correct horse battery staple")
    words = ["--grant", "client_credentials", "--user", "grace@example.com", "--scope", "asset:read"]
    made = portal.command("oauth-app", "create", "--name", "Hers", *words)
    form = {"grant_type": "client_credentials"}

    def ask():
        return requests.post(endpoints.token, data=form, auth=(made["client_id"], made["client_secret"]))

    assert ask().status_code == 200
    portal.command("user", "deactivate", "grace@example.com")
    refused = within_a_second(ask, lambda answer: answer.status_code != 200)
    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("kind", ["gallery", "studio", "desktop"])
def test_authorization_code_with_pkce(portal, endpoints, consent, request, kind):
    app = request.getfixturevalue(kind)
    method = "client_secret_basic" if app.secret else "none"
    client = session(
        app, redirect_uri=BACK, scope="offline current.user:read", code_challenge_method="S256",
        token_endpoint_auth_method=method,
    )
    verifier = "v" * 64
    url, state = client.create_authorization_url(endpoints.authorize, code_verifier=verifier)
    back = consent(url, app)
    assert f"iss={requests.utils.quote(portal.url, safe='')}" in back
    token = client.fetch_token(endpoints.token, authorization_response=back, state=state, code_verifier=verifier)
    assert token["scope"] == "offline current.user:read"
    assert client.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id

    first = token["refresh_token"]
    renewed = client.refresh_token(endpoints.token, refresh_token=first)
    assert (renewed["refresh_token"] != first) == (kind != "gallery"), "a confidential app keeps it unless it asks"
    again = client.refresh_token(endpoints.token, refresh_token=first)
    assert again["refresh_token"] == renewed["refresh_token"], "a lost answer signs nobody out"
    if app.secret:
        said = client.introspect_token(endpoints.introspect, token=renewed["refresh_token"]).json()
        assert (said["active"], said["client_id"], said["scope"]) == (True, app.id, "offline current.user:read")
        assert said["exp"] - said["iat"] >= 30 * 24 * 3600 and "token_type" not in said

    assert client.revoke_token(endpoints.revoke, token=renewed["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError) as refused:
        client.refresh_token(endpoints.token, refresh_token=renewed["refresh_token"])
    assert refused.value.error == "invalid_grant"
    log = portal.log()
    for secret in [back.split("code=")[1].split("&")[0], first, renewed["refresh_token"], renewed["access_token"]]:
        assert secret not in log


def test_a_wrong_verifier_and_a_second_use(endpoints, consent, gallery):
    client = session(gallery, redirect_uri=BACK, code_challenge_method="S256")
    url, _ = client.create_authorization_url(endpoints.authorize, code_verifier="v" * 64)
    back = consent(url, gallery)
    with pytest.raises(OAuthError) as refused:
        client.fetch_token(endpoints.token, authorization_response=back, code_verifier="w" * 64)
    assert refused.value.error == "invalid_grant"
    token = client.fetch_token(endpoints.token, authorization_response=back, code_verifier="v" * 64)
    with pytest.raises(OAuthError) as replayed:
        client.fetch_token(endpoints.token, authorization_response=back, code_verifier="v" * 64)
    assert replayed.value.error == "invalid_grant"
    with pytest.raises(OAuthError):
        client.refresh_token(endpoints.token, refresh_token=token["refresh_token"])
