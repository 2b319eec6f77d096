"""bynder-sdk 0.0.6 as it is published: a permanent token, and its three-legged flow, which knows no verifier."""

import pytest
import requests
from bynder_sdk import BynderClient


def client(portal, consumer, token=None):
    secrets = {"token": token.token, "token_secret": token.secret} if token else {}
    return BynderClient(base_url=portal.url, consumer_key=consumer.key, consumer_secret=consumer.secret, **secrets)


def test_a_permanent_token(portal, consumer, token):
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


def test_a_wrong_secret(portal, consumer, token):
    wrong = BynderClient(portal.url, consumer.key, consumer.secret, token.token, "guess")
    with pytest.raises(requests.HTTPError) as refused:
        wrong.bynder_request_handler.get("/api/v4/currentUser/")
    assert refused.value.response.status_code == 401
    assert refused.value.response.json()["oauth_problem"] == "signature_invalid"


def test_three_legs_need_the_switch_on_the_consumer(portal, person, set_signing):
    consumer = portal.consumer("Older flow")
    with pytest.raises(requests.HTTPError) as refused:
        client(portal, consumer).request_token()
    assert refused.value.response.json()["oauth_problem"] == "parameter_absent"

    set_signing(consumer, legacy_flow=True)
    sdk = client(portal, consumer)
    sdk.request_token()
    with pytest.raises(requests.HTTPError) as refused:
        sdk.access_token()
    assert refused.value.response.json()["oauth_problem"] == "permission_unknown"

    callback = "http://127.0.0.1:9/back"
    person.open(sdk.authorise_url(callback))
    person.sign_in()
    assert consumer.name in person.text and "127.0.0.1:9" in person.text
    assert person.press("Allow") == f"{callback}?oauth_token={sdk.credentials.token}"
    issued = sdk.access_token()
    assert sdk.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id

    # The tokens of the flow work in a new client, as a program keeps them.
    kept = BynderClient(portal.url, consumer.key, consumer.secret, issued["oauth_token"], issued["oauth_token_secret"])
    assert kept.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id


def test_three_legs_without_a_callback(portal, person, set_signing):
    consumer = portal.consumer("Older flow without callback")
    set_signing(consumer, legacy_flow=True)
    sdk = client(portal, consumer)
    sdk.request_token()
    person.open(sdk.authorise_url())
    person.sign_in()
    assert person.press("Allow") is None
    assert "Go back to the application" in person.text
    sdk.access_token()
    assert sdk.bynder_request_handler.get("/api/v4/currentUser/")["id"] == portal.user_id
