import os
import time
from types import SimpleNamespace

import pytest

from browser import Browser
from tls import Front

# The portal listens on the loopback address without TLS; the one test with TLS has its own front.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

PATH = "/v6/authentication/oauth2"
BACK = "http://127.0.0.1:9/back"
CONNECTOR = [
    "asset:read", "asset.usage:read", "asset.usage:write", "collection:read", "meta.assetbank:read",
    "meta.assetbank:write", "meta.workflow:read",
]


@pytest.fixture(scope="session")
def endpoints(portal):
    """Where everything is, for libraries that do not find it out themselves."""
    base = portal.url + PATH
    return SimpleNamespace(
        authorize=base + "/auth", token=base + "/token", revoke=base + "/revoke", introspect=base + "/introspect"
    )


@pytest.fixture(scope="session")
def connector(portal):
    """Acts for itself, with the scopes of the guide and two that open this server's API."""
    return portal.app("Connector", "client_credentials", [*CONNECTOR, "current.user:read", "admin.user:read"])


@pytest.fixture
def gallery(portal, request):
    """A web application that acts for whoever allows it; one for each test, so that people are asked each time."""
    scopes = ["offline", "current.user:read", "current.profile:read"]
    return portal.app(f"Gallery {request.node.name}", "authorization_code", scopes, [BACK])


@pytest.fixture
def studio(portal, request):
    """A web application that asks for rotation of its refresh tokens."""
    scopes = ["offline", "current.user:read"]
    settings = ["--rotate-refresh-tokens"]
    return portal.app(f"Studio {request.node.name}", "authorization_code", scopes, [BACK], settings)


@pytest.fixture
def desktop(portal, request):
    """A native app, which has no secret."""
    scopes = ["offline", "current.user:read"]
    return portal.app(f"Desktop {request.node.name}", "public", scopes, [BACK, "http://127.0.0.1/back"])


@pytest.fixture(scope="session")
def front(portal, tmp_path_factory):
    """The same portal behind a proxy that speaks TLS."""
    front = Front(tmp_path_factory.mktemp("tls"))
    front.pass_on_to(portal.serve(GATEHOUSE_PUBLIC_URL=front.url, GATEHOUSE_TRUSTED_PROXIES="127.0.0.1"))
    yield SimpleNamespace(url=front.url, domain=front.domain, authority=front.authority, email=portal.email)
    front.close()


@pytest.fixture
def consent(person):
    """Signs in where a link leads, allows what is asked there, and gives the address that the browser is sent to."""
    return lambda url, app: allow(person, url, app)


@pytest.fixture
def consent_over_tls(front):
    return lambda url, app: allow(Browser(front, verify=front.authority), url, app)


def allow(browser, url, app):
    assert browser.open(url) is None
    if any("Sign in" in form.buttons for form in browser.forms):
        assert browser.sign_in() is None
    assert app.name in browser.text, browser.text
    back = browser.press("Allow")
    assert back and back.startswith(BACK), back
    return back


@pytest.fixture
def within_a_second():
    """The first answer that is as wanted, which has to come within a second."""

    def wait(ask, is_wanted):
        begun = time.monotonic()
        while not is_wanted(answer := ask()):
            assert time.monotonic() - begun < 1, f"after a second still {answer}"
        return answer

    return wait
