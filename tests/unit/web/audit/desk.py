"""An auditor's browser, and a log that is worth looking at."""

from flask import Flask

from tests.support import seeds
from tests.unit.web.portal.actors import Browser, found
from vrm import accesslog, oversight
from vrm.house import House


class Desk(Browser):
    """The browser of an auditor who has come in with both factors."""

    def __init__(self, app: Flask, who: seeds.Auditor) -> None:
        super().__init__(app)
        self.who = who
        self.client.set_cookie("vrm-audit", who.session)

    def csrf(self):
        """The form secret: every page signs out with one; that of the account is no look."""
        return found(r'name="csrf" value="([^"]+)"', self.client.get("/audit/account").text)


def settle(house: House) -> int:
    """Give everything that waits its place, sign it, and make it searchable; the size of the log."""
    while accesslog.sequence(house.database):
        pass
    published = house.publish_log()
    while oversight.index(house.database):
        pass
    return published.size
