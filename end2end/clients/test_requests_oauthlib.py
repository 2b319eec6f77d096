"""requests-oauthlib on oauthlib: every signature method, every place, and the three-legged flow."""

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

# The library signs in the body of a POST only.
PLACES = [oauthlib.oauth1.SIGNATURE_TYPE_AUTH_HEADER, oauthlib.oauth1.SIGNATURE_TYPE_QUERY]
BODY = oauthlib.oauth1.SIGNATURE_TYPE_BODY
HMAC = [oauthlib.oauth1.SIGNATURE_HMAC_SHA1, oauthlib.oauth1.SIGNATURE_HMAC_SHA256]


def auth(consumer, token, **options):
    return OAuth1(consumer.key, consumer.secret, token.token, token.secret, **options)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("method", HMAC)
@pytest.mark.parametrize("path", ["/api/v4/currentUser", "/api/v4/currentUser/"])
def test_a_signed_request_is_let_in(portal, consumer, token, method, place, path):
    signed = auth(consumer, token, signature_method=method, signature_type=place)
    answer = requests.get(portal.url + path, auth=signed)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["id"], answer.json()["email"]) == (portal.user_id, portal.email)


@pytest.mark.parametrize("place", [*PLACES, BODY])
@pytest.mark.parametrize("method", HMAC)
def test_a_signed_form_is_let_in(portal, consumer, method, place):
    # In query and body the library decodes oauth_ parameters once too often before it signs: nothing to decode here.
    signed = OAuth1(
        consumer.key, consumer.secret, callback_uri="http://127.0.0.1:9/back?a=b",
        signature_method=method, signature_type=place,
    )
    form = {"name": "a b+c Ä ☃", "empty": ""}
    answer = requests.post(portal.url + "/api/v4/oauth/request_token/", data=form, auth=signed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("method", HMAC)
def test_odd_parameters(portal, consumer, token, method):
    query = [("limit", "10"), ("name", "a b+c"), ("name", "Ä ☃ ~"), ("empty", ""), ("c@", "=%3D&/?")]
    signed = auth(consumer, token, signature_method=method)
    answer = requests.get(portal.url + "/api/v4/users/", params=query, auth=signed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Pagination-Limit"] == "10"


def test_a_wrong_secret_is_told_the_base_string_that_the_library_signed(portal, consumer, token):
    client = oauthlib.oauth1.Client(consumer.key, consumer.secret, token.token, "guess")
    seen = {}

    def keep(request):
        seen["base_string"] = base_string(client, request)
        return type(client).get_oauth_signature(client, request)

    client.get_oauth_signature = keep
    url, headers, _ = client.sign(portal.url + "/api/v4/users?limit=2&name=a%20b")
    answer = requests.get(url, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('OAuth realm="')
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["oauth_problem"] == "signature_invalid"
    assert answer.json()["oauth_base_string"] == seen["base_string"]
    assert consumer.secret not in answer.text and token.secret not in answer.text


def base_string(client, request):
    uri, headers, body = client._render(request)
    collected = signature.collect_parameters(uri_query=urlsplit(uri).query, headers=headers, body=body)
    normalized = signature.normalize_parameters(collected)
    return signature.signature_base_string(request.http_method, signature.base_string_uri(uri), normalized)


def test_plaintext_needs_tls_or_the_setting(portal, consumer, token):
    signed = auth(consumer, token, signature_method=oauthlib.oauth1.SIGNATURE_PLAINTEXT)
    answer = requests.get(portal.url + "/api/v4/currentUser", auth=signed)
    assert (answer.status_code, answer.json()["oauth_problem"]) == (401, "signature_method_rejected")

    other = portal.serve(GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS="true")
    answer = requests.get(other + "/api/v4/currentUser", auth=signed)
    assert answer.status_code == 200, answer.text


def test_unknown_methods_are_refused(portal, consumer, token):
    signed = auth(consumer, token, signature_method=oauthlib.oauth1.SIGNATURE_HMAC_SHA512)
    answer = requests.get(portal.url + "/api/v4/currentUser", auth=signed)
    assert (answer.status_code, answer.json()["oauth_problem"]) == (401, "signature_method_rejected")


def test_rsa_with_a_registered_key(portal, set_signing):
    consumer = portal.consumer("Signs with RSA")
    token = portal.token(consumer)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()
    options = {"signature_method": oauthlib.oauth1.SIGNATURE_RSA_SHA1, "rsa_key": private}
    answer = requests.get(portal.url + "/api/v4/currentUser", auth=auth(consumer, token, **options))
    assert (answer.status_code, answer.json()["oauth_problem"]) == (401, "signature_method_rejected")

    set_signing(consumer, rsa_public_key=public)
    for place in PLACES:
        answer = requests.get(portal.url + "/api/v4/currentUser", auth=auth(consumer, token, signature_type=place, **options))
        assert answer.status_code == 200, answer.text


def test_a_revoked_token_is_refused_at_once(portal, consumer):
    token = portal.token(consumer)
    assert requests.get(portal.url + "/api/v4/account", auth=auth(consumer, token)).status_code == 200
    portal.command("token", "revoke", token.id)

    def answer():
        return requests.get(portal.url + "/api/v4/account", auth=auth(consumer, token))

    refused = within_a_second(answer)
    assert (refused.status_code, refused.json()["oauth_problem"]) == (401, "token_revoked")


def within_a_second(ask):
    """The first answer that is not a success, which has to come within a second."""
    begun = time.monotonic()
    while (answer := ask()).ok:
        assert time.monotonic() - begun < 1, "still let in after a second"
    return answer


@pytest.mark.parametrize("method", HMAC)
def test_three_legs_with_a_callback(portal, consumer, person, method):
    callback = "http://127.0.0.1:9/back?from=portal"
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri=callback, signature_method=method)
    asked = session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    assert asked["oauth_callback_confirmed"] == "true"

    person.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    person.sign_in()
    assert consumer.name in person.text and "127.0.0.1" in person.text
    back = person.press("Allow")
    assert back.startswith(callback + "&")

    session.parse_authorization_response(back)
    session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/")
    assert session.get(portal.url + "/api/v4/currentUser").json()["id"] == portal.user_id


def test_three_legs_without_a_callback(portal, consumer, person):
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri="oob")
    session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    person.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    person.sign_in()
    assert person.press("Allow") is None
    code = next(word for word in person.text.split() if len(word) == 32 and set(word) <= set("0123456789abcdef"))
    with pytest.raises(TokenRequestDenied, match="verifier_invalid"):
        session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier="guess")
    session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier=code)
    assert session.get(portal.url + "/api/v4/currentUser").ok


def test_a_person_may_refuse(portal, consumer, person):
    callback = "http://127.0.0.1:9/back"
    session = OAuth1Session(consumer.key, consumer.secret, callback_uri=callback)
    session.fetch_request_token(portal.url + "/api/v4/oauth/request_token/")
    person.open(session.authorization_url(portal.url + "/api/v4/oauth/authorise/"))
    person.sign_in()
    assert "oauth_problem=permission_denied" in person.press("Refuse")
    with pytest.raises(TokenRequestDenied, match="permission_denied"):
        session.fetch_access_token(portal.url + "/api/v4/oauth/access_token/", verifier="guess")
