"""A clock that stands still, for tests of codes that last for seconds and of days that have names."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from time_machine import travel

from vrm import clock


@pytest.fixture
def noon() -> Iterator[datetime]:
    """It is noon of yesterday for as long as the test takes: no step, no hour and no day ends meanwhile.

    Not of today, for PostgreSQL keeps its own time: what is due at a noon to come would not be due there. To be named
    before what makes rows (``usefixtures`` is), or they would be of another day.
    """
    now = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    with travel(now, tick=False):
        yield now
