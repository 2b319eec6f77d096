import os
import time
from types import SimpleNamespace

import pytest

from browser import Browser
from tls import TlsProxy

# The server listens on the loopback address without TLS. Tests that need TLS use tls_proxy.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

PATH = "/v6/authentication/oauth2"
BACK = "http://127.0.0.1:9/back"
CONNECTOR = [
    "asset:read", "asset.usage:read", "asset.usage:write", "collection:read", "meta.assetbank:read",
    "meta.assetbank:write", "meta.workflow:read",
]


@pytest.fixture(scope="session")
def endpoints(portal):
    """Returns the endpoint URLs, for libraries without discovery."""
    base = portal.url + PATH
    return SimpleNamespace(
        authorize=base + "/auth", token=base + "/token", revoke=base + "/revoke", introspect=base + "/introspect"
    )


@pytest.fixture(scope="session")
def connector(portal):
    """A client credentials app with the scopes of the guide and two for this server's API."""
    return portal.create_app("Connector", "client_credentials", [*CONNECTOR, "current.user:read", "admin.user:read"])


@pytest.fixture
def gallery(portal, request):
    """A web application that acts for users. Each test gets its own, so that consent is asked each time."""
    scopes = ["offline", "current.user:read", "current.profile:read"]
    return portal.create_app(f"Gallery {request.node.name}", "authorization_code", scopes, [BACK])


@pytest.fixture
def studio(portal, request):
    """A web application with refresh token rotation."""
    scopes = ["offline", "current.user:read"]
    settings = ["--rotate-refresh-tokens"]
    return portal.create_app(f"Studio {request.node.name}", "authorization_code", scopes, [BACK], settings)


@pytest.fixture
def desktop(portal, request):
    """A native app without a secret."""
    scopes = ["offline", "current.user:read"]
    return portal.create_app(f"Desktop {request.node.name}", "public", scopes, [BACK, "http://127.0.0.1/back"])


@pytest.fixture(scope="session")
def tls_proxy(portal, tmp_path_factory):
    """The same portal behind a TLS proxy."""
    tls_proxy = TlsProxy(tmp_path_factory.mktemp("tls"))
    tls_proxy.forward_to(portal.start_server(GATEHOUSE_PUBLIC_URL=tls_proxy.url, GATEHOUSE_TRUSTED_PROXIES="127.0.0.1"))
    yield SimpleNamespace(url=tls_proxy.url, domain=tls_proxy.domain, authority=tls_proxy.authority, email=portal.email)
    tls_proxy.close()


@pytest.fixture
def consent(browser):
    """Opens an authorization URL, signs in, allows access, and returns the URL that the browser is redirected to."""
    return lambda url, app: allow(browser, url, app)


@pytest.fixture
def consent_over_tls(tls_proxy):
    return lambda url, app: allow(Browser(tls_proxy, verify=tls_proxy.authority), url, app)


def allow(browser, url, app):
    assert browser.open(url) is None
    if any("Sign in" in form.buttons for form in browser.forms):
        assert browser.sign_in() is None
    assert app.name in browser.text, browser.text
    back = browser.click("Allow")
    assert back and back.startswith(BACK), back
    return back


@pytest.fixture
def wait_for():
    """Repeats a call until its result meets the condition, for up to a second, and returns the result."""

    def wait(call, condition):
        started = time.monotonic()
        while not condition(result := call()):
            assert time.monotonic() - started < 1, f"still {result} after a second"
        return result

    return wait
