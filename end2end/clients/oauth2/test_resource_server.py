"""A separate resource server that verifies tokens with the published keys: PyJWT across a key rotation, and Authlib's
RFC 9068 validator."""

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
    """Verifies tokens locally, with keys that it fetches once."""

    def __init__(self, portal, algorithm="ES256"):
        self.issuer = portal.url
        self.algorithm = algorithm
        self._portal = portal
        self.fetch_keys()

    def fetch_keys(self):
        metadata = requests.get(self.issuer + "/.well-known/oauth-authorization-server").json()
        assert metadata["issuer"] == self.issuer
        response = requests.get(metadata["jwks_uri"])
        assert response.headers["Cache-Control"] == "public, max-age=300"
        self.keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(response.json()).keys}

    def validate(self, token):
        """Validates a token (RFC 9068 §4) and returns its claims."""
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
    """An app whose tokens an API gateway verifies that supports RS256 only."""
    settings = ["--signing-algorithm", "RS256"]
    return portal.create_app("Gateway", "client_credentials", ["asset:read", "current.user:read"], settings=settings)


@pytest.fixture
def new_rs256_token(endpoints, gateway):
    return token_maker(endpoints, gateway)


def token_maker(endpoints, app):
    client = OAuth2Session(app.id, app.secret)
    return lambda: client.fetch_token(endpoints.token, grant_type="client_credentials")["access_token"]


def kid(token):
    return jwt.get_unverified_header(token)["kid"]


def test_token_has_the_expected_claims(portal, connector, resource_server, new_token):
    claims = resource_server.validate(new_token())
    assert (claims["client_id"], claims["sub"]) == (connector.id, connector.id)
    assert claims["exp"] - claims["iat"] == 3600
    assert "asset:read" in claims["scope"].split()
    assert resource_server.validate(new_token())["jti"] != claims["jti"]


def test_resource_server_with_rs256_only_accepts_rs256_tokens(portal, endpoints, gateway, new_token, new_rs256_token):
    resource_server = ResourceServer(portal, "RS256")
    claims = resource_server.validate(new_rs256_token())
    assert (claims["client_id"], claims["scope"]) == (gateway.id, "current.user:read asset:read")
    with pytest.raises(jwt.InvalidTokenError):
        resource_server.validate(new_token())
    keys = requests.get(portal.url + "/.well-known/jwks.json").json()["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {("EC", "ES256", "sig"), ("RSA", "RS256", "sig")}
    assert len({key["kid"] for key in keys}) == len(keys)
    bits = [key.key.key_size for kid, key in resource_server.keys.items() if key.algorithm_name == "RS256"]
    assert min(bits) >= 2048
    me = {"Authorization": f"Bearer {new_rs256_token()}"}
    assert requests.get(portal.url + "/api/v4/currentUser", headers=me).status_code == 200


def test_token_signed_with_the_public_key_or_unsigned_is_rejected(portal, new_rs256_token):
    """RFC 8725 §2.1: the RSA public key as an HMAC secret, and the algorithm none."""
    token = new_rs256_token()
    header, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
    key = jwt.PyJWKSet.from_dict(requests.get(portal.url + "/.well-known/jwks.json").json())[header["kid"]].key
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    extra = {"typ": "at+jwt", "kid": header["kid"]}
    encode = lambda value: jwt.utils.base64url_encode(value).decode()
    signed = f'{encode(json.dumps(extra | {"alg": "HS256"}).encode())}.{encode(json.dumps(claims).encode())}'
    forged = [
        f"{signed}.{encode(hmac.digest(pem, signed.encode(), 'sha256'))}",
        jwt.encode(claims, None, algorithm="none", headers=extra),
    ]
    for token in forged:
        response = requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401, response.text


def test_forged_claims_and_foreign_issuer_are_rejected(resource_server, new_token):
    token = new_token()
    header, claims, signature = token.split(".")
    more = json.loads(jwt.utils.base64url_decode(claims)) | {"scope": "admin.user:read", "exp": 2**31}
    forged = jwt.utils.base64url_encode(json.dumps(more).encode()).decode()
    with pytest.raises(jwt.InvalidSignatureError):
        resource_server.validate(f"{header}.{forged}.{signature}")
    resource_server.issuer = "https://elsewhere.example"
    with pytest.raises(jwt.InvalidTokenError):
        resource_server.validate(token)


class Validator(JWTBearerTokenValidator):
    """Authlib's validator with keys that are fetched once."""

    def __init__(self, issuer):
        super().__init__(issuer, issuer)
        self._jwks = KeySet.import_key_set(requests.get(issuer + "/.well-known/jwks.json").json())

    def get_jwks(self):
        return self._jwks


def test_authlib_accepts_the_token_as_rfc_9068_access_token(portal, new_token):
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
def test_tokens_stay_valid_before_during_and_after_a_rotation(portal, request, wait_for, algorithm):
    new_token = request.getfixturevalue("new_token" if algorithm == "ES256" else "new_rs256_token")
    resource_server = ResourceServer(portal, algorithm)
    before = new_token()
    old = kid(before)
    resource_server.validate(before)

    def of_algorithm(keys):
        return {key["kid"]: key for key in keys if key["algorithm"] == algorithm}

    # During: the new key is published but does not sign yet.
    (created,) = of_algorithm(portal.command("keys", "rotate")).values()
    assert created["state"] == "waiting"
    wait_for(
        lambda: resource_server.fetch_keys() or resource_server.keys, lambda keys: {old, created["kid"]} <= set(keys)
    )
    during = new_token()
    assert kid(during) == old
    resource_server.validate(during)

    # After: the keys that were fetched before verify both.
    start_signing(portal, algorithm, created["kid"])
    after = wait_for(new_token, lambda token: kid(token) == created["kid"])
    for token in [before, during, after]:
        resource_server.validate(token)
    states = {kid: key["state"] for kid, key in of_algorithm(portal.command("keys", "list")).items()}
    assert (states[old], states[created["kid"]]) == ("retired", "signing")
    # A resource server that starts now also accepts tokens of the old key.
    late = ResourceServer(portal, algorithm)
    for token in [before, after]:
        late.validate(token)
    # The portal does too.
    for token in [before, after]:
        me = requests.get(portal.url + "/api/v4/currentUser", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200, me.text


def start_signing(portal, algorithm, kid):
    """Skips the quarter of an hour that a key is published before it signs."""
    table = {"ES256": "signing_keys", "RS256": "rsa_signing_keys"}[algorithm]
    with sqlite3.connect(portal.folder / "data" / "gatehouse.db", timeout=10) as database:
        now = int(time.time() * 1000)
        changed = database.execute(f"update {table} set signs_from = ? where kid = ?", (now, kid)).rowcount
        # A change without an account makes the servers discard all of their caches.
        database.execute("insert into changes (at) values (?)", (now,))
    assert changed == 1
