"""requests-oauthlib with oauthlib: each signature method and place, and the three-legged flow."""

import time
from urllib.parse import urlsplit

import oauthlib.oauth1
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from oauthlib.oauth1.rfc5849 import signature
from requests_oauthlib import OAuth1, OAuth1Session
from requests_oauthlib.oauth1_session import TokenRequestDenied

# The library puts the signature into the body of a POST only.
PLACES = [oauthlib.oauth1.SIGNATURE_TYPE_AUTH_HEADER, oauthlib.oauth1.SIGNATURE_TYPE_QUERY]
BODY = oauthlib.oauth1.SIGNATURE_TYPE_BODY
HMAC = [oauthlib.oauth1.SIGNATURE_HMAC_SHA1, oauthlib.oauth1.SIGNATURE_HMAC_SHA256]


def auth(consumer, token, **options):
    return OAuth1(consumer.key, consumer.secret, token.token, token.secret, **options)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("method", HMAC)
@pytest.mark.parametrize("path", ["/api/v4/currentUser", "/api/v4/currentUser/"])
def test_signed_request_is_accepted(portal, consumer, token, method, place, path):
    signed = auth(consumer, token, signature_method=method, signature_type=place)
    response = requests.get(portal.url + path, auth=signed)
    assert response.status_code == 200, response.text
    assert (response.json()["id"], response.json()["email"]) == (portal.user_id, portal.email)


@pytest.mark.parametrize("place", [*PLACES, BODY])
@pytest.mark.parametrize("method", HMAC)
def test_signed_form_is_accepted(portal, consumer, method, place):
    # For query and body the library decodes oauth_ parameters twice before signing, so this URL has nothing to decode.
    signed = OAuth1(
        consumer.key, consumer.secret, callback_uri="http://127.0.0.1:9/back?a=b",
        signature_method=method, signature_type=place,
    )
    form = {"name": "a b+c Ä ☃", "empty": ""}
    response = requests.post(portal.url + "/api/v4/oauth/request_token/", data=form, auth=signed)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("method", HMAC)
def test_parameters_with_special_characters_are_accepted(portal, consumer, token, method):
    query = [("limit", "10"), ("name", "a b+c"), ("name", "Ä ☃ ~"), ("empty", ""), ("c@", "=%3D&/?")]
    signed = auth(consumer, token, signature_method=method)
    response = requests.get(portal.url + "/api/v4/users/", params=query, auth=signed)
    assert response.status_code == 200, response.text
    assert response.headers["X-Pagination-Limit"] == "10"


def test_wrong_secret_is_rejected_with_the_base_string_that_the_library_signed(portal, consumer, token):
    client = oauthlib.oauth1.Client(consumer.key, consumer.secret, token.token, "guess")
    signed = {}

    def record(request):
        signed["base_string"] = base_string(client, request)
        return type(client).get_oauth_signature(client, request)

    client.get_oauth_signature = record
    url, headers, _ = client.sign(portal.url + "/api/v4/users?limit=2&name=a%20b")
    response = requests.get(url, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith('OAuth realm="')
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["oauth_problem"] == "signature_invalid"
    assert response.json()["oauth_base_string"] == signed["base_string"]
    assert consumer.secret not in response.text and token.secret not in response.text


def base_string(client, request):
    uri, headers, body = client._render(request)
    collected = signature.collect_parameters(uri_query=urlsplit(uri).query, headers=headers, body=body)
    normalized = signature.normalize_parameters(collected)
    return signature.signature_base_string(request.http_method, signature.base_string_uri(uri), normalized)


def test_plaintext_without_tls_is_accepted_only_with_the_setting(portal, consumer, token):
    signed = auth(consumer, token, signature_method=oauthlib.oauth1.SIGNATURE_PLAINTEXT)
    response = requests.get(portal.url + "/api/v4/currentUser", auth=signed)
    assert (response.status_code, response.json()["oauth_problem"]) == (401, "signature_method_rejected")

    other = portal.start_server(GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS="true")
    response = requests.get(other + "/api/v4/currentUser", auth=signed)
    assert response.status_code == 200, response.text


def test_unknown_signature_method_is_rejected(portal, consumer, token):
    signed = auth(consumer, token, signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA512)
    response = requests.get(portal.url + "/api/v4/currentUser", auth=signed)
    assert (response.status_code, response.json()["oauth_problem"]) == (401, "signature_method_rejected")


def test_rsa_signature_is_accepted_with_a_registered_key(portal, set_signing):
    consumer = portal.create_consumer("Signs with RSA")
    token = portal.create_token(consumer)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    options = {"signature_method": oauthlib.oauth1.SIGNATURE_RSA_SHA1, "rsa_key": private}
    response = requests.get(portal.url + "/api/v4/currentUser", auth=auth(consumer, token, **options))
    assert (response.status_code, response.json()["oauth_problem"]) == (401, "signature_method_rejected")

    set_signing(consumer, rsa_public_key=public)
    for place in PLACES:
        response = requests.get(portal.url + "/api/v4/currentUser", auth=auth(consumer, token, signature_type=place, **options))
        assert response.status_code == 200, response.text


def test_revoked_token_is_rejected_within_a_second(portal, consumer):
    token = portal.create_token(consumer)
    assert requests.get(portal.url + "/api/v4/account", auth=auth(consumer, token)).status_code == 200
    portal.command("token", "revoke", token.id)

    def send():
        return requests.get(portal.url + "/api/v4/account", auth=auth(consumer, token))

    rejected = wait_for_rejection(send)
    assert (rejected.status_code, rejected.json()["oauth_problem"]) == (401, "token_revoked")


def wait_for_rejection(send):
    """Repeats a request until it is rejected, for up to a second, and returns the response."""
    started = time.monotonic()
    while (response := send()).ok:
        assert time.monotonic() - started < 1, "still accepted after a second"
    return response


@pytest.mark.parametrize("method", HMAC)
def test_three_legged_flow_with_callback_issues_a_token(portal, consumer, browser, method):
    callback = "http://127.0.0.1:9/back?from=portal"
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri=callback, signature_method=method)
    requested = session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    assert requested["oauth_callback_confirmed"] == "true"

    browser.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    browser.sign_in()
    assert consumer.name in browser.text and "127.0.0.1" in browser.text
    back = browser.click("Allow")
    assert back.startswith(callback + "&")

    session.parse_authorization_response(back)
    session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/")
    assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id


def test_three_legged_flow_without_callback_issues_a_token_for_the_shown_code(portal, consumer, browser):
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri="oob")
    session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    browser.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    browser.sign_in()
    assert browser.click("Allow") is None
    code = next(word for word in browser.text.split() if len(word) == 32 and set(word) <= set("0123456789abcdef"))
    with pytest.raises(TokenRequestDenied, match="verifier_invalid"):
        session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier="guess")
    session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier=code)
    assert session.get(portal.url + "/api/v4/currentUser").ok


def test_denied_authorization_issues_no_token(portal, consumer, browser):
    callback = "http://127.0.0.1:9/back"
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri=callback)
    session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    browser.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    browser.sign_in()
    assert "oauth_problem=permission_denied" in browser.click("Deny")
    with pytest.raises(TokenRequestDenied, match="permission_denied"):
        session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier="guess")
