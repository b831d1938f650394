"""Presses from the home page on, counted: what somebody does who finds their way by the words on the page alone."""

import re

from playwright.sync_api import Locator, Page


class Clicks:
    """A newcomer at home, about to do one thing."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0
        page.goto("/home")

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow the one link of this name."""
        self.click(self.page.get_by_role("link", name=name, exact=True))

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the one button of this name."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def choose(self, name: str | re.Pattern[str]) -> None:
        """Choose the one of several that is called so."""
        self.click(self.page.get_by_role("radio", name=name))

    def click(self, what: Locator) -> None:
        """Press what there is one of, and what can be seen."""
        what.click()
        self.count += 1
