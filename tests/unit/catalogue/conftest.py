"""The catalogue as it is shipped."""

import pytest

from vrm.catalogue import Catalogue


@pytest.fixture(scope="session")
def catalogue():
    return Catalogue.load()
