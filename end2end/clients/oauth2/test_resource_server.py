"""A resource server elsewhere: it checks tokens by the published keys alone, with PyJWT across a change of keys, and with
Authlib's own reading of RFC 9068."""

import hmac
import json
import sqlite3
import time

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750.errors import InsufficientScopeError, InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator
from cryptography.hazmat.primitives import serialization
from joserfc.jwk import KeySet


class ResourceServer:
    """Asks for the keys once, and never about a token."""

    def __init__(self, portal, algorithm="ES256"):
        self.issuer = portal.url
        self.algorithm = algorithm
        self._portal = portal
        self.fetch_keys()

    def fetch_keys(self):
        metadata = requests.get(self.issuer + "/.well-known/oauth-authorization-server").json()
        assert metadata["issuer"] == self.issuer
        answer = requests.get(metadata["jwks_uri"])
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        self.keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.json()).keys}

    def check(self, token):
        """The claims of a token that holds, by RFC 9068 §4."""
        header = jwt.get_unverified_header(token)
        assert header["typ"] == "at+jwt"
        return jwt.decode(
            token, self.keys[header["kid"]], algorithms=[self.algorithm], issuer=self.issuer, audience=self.issuer,
            options={"require": ["iss", "sub", "aud", "client_id", "iat", "exp", "jti"]},
        )


@pytest.fixture
def resource_server(portal):
    return ResourceServer(portal)


@pytest.fixture
def new_token(endpoints, connector):
    return token_maker(endpoints, connector)


@pytest.fixture(scope="session")
def gateway(portal):
    """Its tokens are for an API gateway that verifies nothing but RS256."""
    settings = ["--signing-algorithm", "RS256"]
    return portal.app("Gateway", "client_credentials", ["asset:read", "current.user:read"], settings=settings)


@pytest.fixture
def new_rs256_token(endpoints, gateway):
    return token_maker(endpoints, gateway)


def token_maker(endpoints, app):
    client = OAuth2Session(app.id, app.secret)
    return lambda: client.fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def test_what_a_token_says(portal, connector, resource_server, new_token):
    claims = resource_server.check(new_token())
    assert (claims["client_id"], claims["sub"]) == (connector.id, connector.id)
    assert claims["exp"] - claims["iat"] == 3600
    assert "asset:read" in claims["scope"].split()
    assert resource_server.check(new_token())["jti"] != claims["jti"]


def test_a_resource_server_that_verifies_rs256_alone(portal, endpoints, gateway, new_token, new_rs256_token):
    resource_server = ResourceServer(portal, "RS256")
    claims = resource_server.check(new_rs256_token())
    assert (claims["client_id"], claims["scope"]) == (gateway.id, "current.user:read asset:read")
    with pytest.raises(jwt.InvalidTokenError):
        resource_server.check(new_token())
    keys = requests.get(portal.url + "/.well-known/jwks.json").json()["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {("EC", "ES256", "sig"), ("RSA", "RS256", "sig")}
    assert len({key["kid"] for key in keys}) == len(keys)
    bits = [key.key.key_size for kid, key in resource_server.keys.items() if key.algorithm_name == "RS256"]
    assert min(bits) >= 2048
    me = {"Authorization": f"Bearer {new_rs256_token()}"}
    assert requests.get(portal.url + "/api/v4/currentUser", headers=me).status_code == 200


def test_a_published_key_is_nobody_s_secret(portal, new_rs256_token):
    """RFC 8725 §2.1: the RSA key as an HMAC secret, and no signature at all."""
    token = new_rs256_token()
    header, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    key = jwt.PyJWKSet.from_dict(requests.get(portal.url + "/.well-known/jwks.json").json())[header["kid"]].key
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    extra = {"typ": "at+jwt", "kid": header["kid"]}
    part = lambda value: jwt.utils.base64url_encode(value).decode()
    signed = f'{part(json.dumps(extra | {"alg": "HS256"}).encode())}.{part(json.dumps(claims).encode())}'
    forged = [
        f"{signed}.{part(hmac.digest(pem, signed.encode(), 'sha256'))}",
        jwt.encode(claims, None, algorithm="none", headers=extra),
    ]
    for token in forged:
        answer = requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, answer.text


def test_what_is_not_the_portal_s_does_not_hold(resource_server, new_token):
    token = new_token()
    header, claims, signature = token.split(".")
    more = json.loads(jwt.utils.base64url_decode(claims)) | {"scope": "admin.user:read", "exp": 2**31}
    forged = jwt.utils.base64url_encode(json.dumps(more).encode()).decode()
    with pytest.raises(jwt.InvalidSignatureError):
        resource_server.check(f"{header}.{forged}.{signature}")
    resource_server.issuer = "https://elsewhere.example"
    with pytest.raises(jwt.InvalidTokenError):
        resource_server.check(token)


class Validator(JWTBearerTokenValidator):
    """Authlib's, with keys that are fetched once."""

    def __init__(self, issuer):
        super().__init__(issuer, issuer)
        self._jwks = KeySet.import_key_set(requests.get(issuer + "/.well-known/jwks.json").json())

    def get_jwks(self):
        return self._jwks


def test_authlib_reads_it_as_an_access_token_of_rfc_9068(portal, new_token):
    validator = Validator(portal.url)
    token = validator.authenticate_token(new_token())
    validator.validate_token(token, ["asset:read meta.workflow:read"], None)
    with pytest.raises(InsufficientScopeError):
        validator.validate_token(token, ["admin.profile:read"], None)
    other = JWTBearerTokenValidator("https://elsewhere.example", portal.url)
    other.get_jwks = validator.get_jwks
    with pytest.raises(InvalidTokenError):
        other.validate_token(other.authenticate_token(new_token()), [], None)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_before_during_and_after_a_rotation(portal, request, within_a_second, algorithm):
    new_token = request.getfixturevalue("new_token" if algorithm == "ES256" else "new_rs256_token")
    resource_server = ResourceServer(portal, algorithm)
    before = new_token()
    old = kid(before)
    resource_server.check(before)

    def of_algorithm(keys):
        return {key["kid"]: key for key in keys if key["algorithm"] == algorithm}

    # During: the new key is published, and does not sign yet.
    (made,) = of_algorithm(portal.command("keys", "rotate")).values()
    assert made["state"] == "waiting"
    within_a_second(
        lambda: resource_server.fetch_keys() or resource_server.keys, lambda keys: {old, made["kid"]} <= set(keys)
    )
    during = new_token()
    assert kid(during) == old
    resource_server.check(during)

    # After: the keys that were fetched before will do for both.
    let_it_begin(portal, algorithm, made["kid"])
    after = within_a_second(new_token, lambda token: kid(token) == made["kid"])
    for token in [before, during, after]:
        resource_server.check(token)
    states = {kid: key["state"] for kid, key in of_algorithm(portal.command("keys", "list")).items()}
    assert (states[old], states[made["kid"]]) == ("retired", "signing")
    # A resource server that starts now knows the tokens of the old key, too.
    late = ResourceServer(portal, algorithm)
    for token in [before, after]:
        late.check(token)
    # And so does the portal.
    for token in [before, after]:
        me = requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200, me.text


def let_it_begin(portal, algorithm, kid):
    """As if the quarter of an hour were over that a key is published before it signs."""
    table = {"ES256": "signing_keys", "RS256": "rsa_signing_keys"}[algorithm]
    with sqlite3.connect(portal.folder / "data" / "gatehouse.db", timeout=10) as database:
        now = int(time.time() * 1000)
        changed = database.execute(f"update {table} set signs_from = ? where kid = ?", (now, kid)).rowcount
    assert changed == 1
    # What the servers keep in mind is forgotten at any change that is announced.
    portal.app("Announces a change", "client_credentials", ["asset:read"])
    portal.command("oauth-app", "delete", "Announces a change")
