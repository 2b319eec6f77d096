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
    return portal.create_consumer("Web shop")


@pytest.fixture(scope="session")
def token(portal, consumer):
    return portal.create_token(consumer)


@pytest.fixture
def browser(portal):
    """Opens pages as a user who is not signed in yet."""
    return Browser(portal)


@pytest.fixture
def set_signing(portal):
    """Saves signing settings of a consumer through its page."""

    def save(consumer, **values):
        administrator = Browser(portal)
        administrator.open(f"/settings/portal/api-tokens/consumers/{consumer.id}")
        administrator.sign_in()
        administrator.click("Save changes", **values)

    return save
