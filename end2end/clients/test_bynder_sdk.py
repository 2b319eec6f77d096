"""bynder-sdk 0.0.6: permanent tokens, and its three-legged flow without a verifier."""

import pytest
import requests
from bynder_sdk import BynderClient


def client(portal, consumer, token=None):
    secrets = {"token": token.token, "token_secret": token.secret} if token else {}
    return BynderClient(base_url=portal.url, consumer_key=consumer.key, consumer_secret=consumer.secret, **secrets)


def test_permanent_token_is_accepted(portal, consumer, token):
    handler = client(portal, consumer, token).bynder_request_handler
    user = handler.get("/api/v4/currentUser/")
    assert (user["id"], user["firstname"], user["lastname"]) == (portal.user_id, "Ada", "Lovelace")
    assert handler.get("/api/v4/account/")["name"] == "Northwind"
    users = handler.get("/api/v4/users/", params={"limit": 5, "page": 1, "includeInActive": True})
    assert portal.email in [user["email"] for user in users]
    assert handler.get("/api/v4/users/{}/".format(portal.user_id))["active"] is True
    profiles = handler.get("/api/v4/profiles/")
    assert user["profileId"] in [profile["id"] for profile in profiles]
    assert handler.get("/api/v4/profiles/{}/".format(user["profileId"]))["name"] == "Administrator"


def test_wrong_secret_is_rejected(portal, consumer, token):
    wrong = BynderClient(portal.url, consumer.key, consumer.secret, token.token, "guess")
    with pytest.raises(requests.HTTPError) as rejected:
        wrong.bynder_request_handler.get("/api/v4/currentUser/")
    assert rejected.value.response.status_code == 401
    assert rejected.value.response.json()["oauth_problem"] == "signature_invalid"


def test_legacy_flow_works_only_when_allowed_for_the_consumer(portal, browser, set_signing):
    consumer = portal.create_consumer("Older flow")
    with pytest.raises(requests.HTTPError) as rejected:
        client(portal, consumer).request_token()
    assert rejected.value.response.json()["oauth_problem"] == "parameter_absent"

    set_signing(consumer, legacy_flow=True)
    sdk = client(portal, consumer)
    sdk.request_token()
    with pytest.raises(requests.HTTPError) as rejected:
        sdk.access_token()
    assert rejected.value.response.json()["oauth_problem"] == "permission_unknown"

    callback = "http://127.0.0.1:9/back"
    browser.open(sdk.authorise_url(callback))
    browser.sign_in()
    assert consumer.name in browser.text and "127.0.0.1:9" in browser.text
    assert browser.click("Allow") == f"{callback}?oauth_token={sdk.credentials.token}"
    issued = sdk.access_token()
    assert sdk.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id

    # The tokens also work in a new client.
    stored = BynderClient(portal.url, consumer.key, consumer.secret, issued["oauth_token"], issued["oauth_token_secret"])
    assert stored.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id


def test_legacy_flow_without_callback_issues_a_token(portal, browser, set_signing):
    consumer = portal.create_consumer("Older flow without callback")
    set_signing(consumer, legacy_flow=True)
    sdk = client(portal, consumer)
    sdk.request_token()
    browser.open(sdk.authorise_url())
    browser.sign_in()
    assert browser.click("Allow") is None
    assert "Return to the application" in browser.text
    sdk.access_token()
    assert sdk.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id
