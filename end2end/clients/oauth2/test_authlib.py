"""Authlib: the three grants, each client authentication method, refresh, revocation and introspection."""

import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from conftest import BACK, CONNECTOR


def session(app, **options):
    return OAuth2Session(app.id, app.secret, **options)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_client_credentials_token_is_accepted(portal, endpoints, connector, method):
    client = session(connector, token_endpoint_auth_method=method)
    token = client.fetch_token(endpoints.token, grant_type="client_credentials")
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
    assert set(token["scope"].split()) == {*CONNECTOR, "current.user:read", "admin.user:read"}
    assert "refresh_token" not in token
    user = client.get(portal.url + "/api/v4/currentUser").json()
    assert (user["id"], user["email"]) == (portal.user_id, portal.email)


def test_granted_scopes_are_those_requested_and_registered(portal, endpoints, connector):
    client = session(connector)
    token = client.fetch_token(endpoints.token, grant_type="client_credentials", scope="asset:read admin.profile:read x")
    assert token["scope"] == "asset:read"
    rejected = client.get(portal.url + "/api/v4/currentUser")
    assert rejected.status_code == 403
    assert 'error="insufficient_scope"' in rejected.headers["WWW-Authenticate"]
    with pytest.raises(OAuthError) as rejected:
        client.fetch_token(endpoints.token, grant_type="client_credentials", scope="admin.profile:read")
    assert rejected.value.error == "invalid_scope"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_wrong_secret_is_rejected(endpoints, connector, method):
    client = OAuth2Session(connector.id, "guess", token_endpoint_auth_method=method)
    with pytest.raises(OAuthError) as rejected:
        client.fetch_token(endpoints.token, grant_type="client_credentials")
    assert rejected.value.error == "invalid_client"


def test_second_secret_is_accepted_beside_the_first(portal, endpoints, connector, wait_for):
    added = portal.command("oauth-app", "add-secret", connector.id, "--note", "from June", "--days", "30")

    def send(secret):
        return requests.post(endpoints.token, data={"grant_type": "client_credentials"}, auth=(connector.id, secret))

    wait_for(lambda: send(added["client_secret"]), lambda response: response.ok)
    assert send(connector.secret).ok


def test_revoked_token_is_rejected_and_introspected_as_inactive(portal, endpoints, connector, wait_for):
    client = session(connector)
    access_token = client.fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]
    introspection = client.introspect_token(endpoints.introspect, token=access_token).json()
    assert (introspection["active"], introspection["client_id"]) == (True, connector.id)
    assert introspection["exp"] - introspection["iat"] == 3600

    assert client.revoke_token(endpoints.revoke, token=access_token, token_type_hint="access_token").status_code == 200
    response = wait_for(
        lambda: requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {access_token}"}),
        lambda response: response.status_code == 401,
    )
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
    assert client.introspect_token(endpoints.introspect, token=access_token).json() == {"active": False}


def test_introspection_of_another_app_s_token_requires_the_setting(portal, endpoints, connector, wait_for):
    args = ["--grant", "client_credentials", "--user", portal.email, "--scope", "asset:read"]
    created = portal.command("oauth-app", "create", "--name", "Resource server", *args)
    access_token = session(connector).fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]
    resource_server = OAuth2Session(created["client_id"], created["client_secret"])

    def send():
        return resource_server.introspect_token(endpoints.introspect, token=access_token).json()

    assert send() == {"active": False}
    portal.command("oauth-app", "set-token-settings", "Resource server", "--allow-introspection")
    introspection = wait_for(send, lambda response: response["active"])
    assert introspection["client_id"] == connector.id
    portal.command("oauth-app", "set-token-settings", "Resource server", "--allow-introspection=false")
    wait_for(send, lambda response: response == {"active": False})


def test_app_of_inactive_user_gets_no_token(portal, endpoints, wait_for):
    args = ["--name", "Grace", "--email", "grace@example.com", "--profile", "Administrator"]
    portal.command("user", "create", *args, text="correct horse battery staple")
    args = ["--grant", "client_credentials", "--user", "grace@example.com", "--scope", "asset:read"]
    created = portal.command("oauth-app", "create", "--name", "Hers", *args)
    form = {"grant_type": "client_credentials"}

    def send():
        return requests.post(endpoints.token, data=form, auth=(created["client_id"], created["client_secret"]))

    assert send().status_code == 200
    portal.command("user", "deactivate", "grace@example.com")
    rejected = wait_for(send, lambda response: response.status_code != 200)
    assert (rejected.status_code, rejected.json()["error"]) == (400, "unauthorized_client")


@pytest.mark.parametrize("kind", ["gallery", "studio", "desktop"])
def test_authorization_code_with_pkce_is_refreshed_and_revoked(portal, endpoints, consent, request, kind):
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
    assert (renewed["refresh_token"] != first) == (kind != "gallery"), "confidential apps rotate only if configured"
    again = client.refresh_token(endpoints.token, refresh_token=first)
    assert again["refresh_token"] == renewed["refresh_token"], "a retry after a lost response returns the same refresh token"
    if app.secret:
        introspection = client.introspect_token(endpoints.introspect, token=renewed["refresh_token"]).json()
        assert (introspection["active"], introspection["client_id"], introspection["scope"]) == (True, app.id, "offline current.user:read")
        assert introspection["exp"] - introspection["iat"] >= 30 * 24 * 3600 and "token_type" not in introspection

    assert client.revoke_token(endpoints.revoke, token=renewed["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError) as rejected:
        client.refresh_token(endpoints.token, refresh_token=renewed["refresh_token"])
    assert rejected.value.error == "invalid_grant"
    log = portal.log()
    for secret in [back.split("code=")[1].split("&")[0], first, renewed["refresh_token"], renewed["access_token"]]:
        assert secret not in log


def test_wrong_verifier_and_reused_code_are_rejected(endpoints, consent, gallery):
    client = session(gallery, redirect_uri=BACK, code_challenge_method="S256")
    url, _ = client.create_authorization_url(endpoints.authorize, code_verifier="v" * 64)
    back = consent(url, gallery)
    with pytest.raises(OAuthError) as rejected:
        client.fetch_token(endpoints.token, authorization_response=back, code_verifier="w" * 64)
    assert rejected.value.error == "invalid_grant"
    token = client.fetch_token(endpoints.token, authorization_response=back, code_verifier="v" * 64)
    with pytest.raises(OAuthError) as replayed:
        client.fetch_token(endpoints.token, authorization_response=back, code_verifier="v" * 64)
    assert replayed.value.error == "invalid_grant"
    with pytest.raises(OAuthError):
        client.refresh_token(endpoints.token, refresh_token=token["refresh_token"])
