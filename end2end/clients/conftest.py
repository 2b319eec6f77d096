from pathlib import Path

import pytest

from browser import Browser
from portal import Portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    portal = Portal(Path(tmp_path_factory.mktemp("gatehouse")))
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def consumer(portal):
    return portal.consumer("Web shop")


@pytest.fixture(scope="session")
def token(portal, consumer):
    return portal.token(consumer)


@pytest.fixture
def person(portal):
    """Somebody who is not signed in yet."""
    return Browser(portal)


@pytest.fixture
def set_signing(portal):
    """Sets how a consumer signs, on its page, as a person does."""

    def on_its_page(consumer, **values):
        administrator = Browser(portal)
        administrator.open(f"/settings/portal/api-tokens/consumers/{consumer.id}")
        administrator.sign_in()
        administrator.press("Save changes", **values)

    return on_its_page
