"""Every page that a signed-in person can reach, and what is measured on each."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.people import ADULT, NEEDED, TERMS, WISHED, Resident
from tests.support.actors import MARKETING, Company, needed

TOO_WIDE = """() => { const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1
    || e.getBoundingClientRect().left < -1).filter(e => !e.closest('.skip, .rooms'))
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""What leaves the page sideways."""

TOO_SMALL = """() => [...document.querySelectorAll('a,button,input,select,textarea,summary,label.pick')].filter(e => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest('.sr') || e.matches('.skip') || e.type === 'hidden') return false;
    if (e.matches('input[type=checkbox],input[type=radio]')) return !e.closest('label');
    if (e.matches('a') && getComputedStyle(e).display === 'inline') return false;
    return box.height < 43.5; }).map(e => e.outerHTML.slice(0, 120))"""
"""What is lower than a finger needs: 44 px, links within a sentence apart (WCAG 2.2, 2.5.8)."""

UNREADABLE = """() => { const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => channels(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = e => { for (; e; e = e.parentElement) { const colour = getComputedStyle(e).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.getClientRects().length
      && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => { const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; })
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""Text whose contrast with what is behind it is under 4.5 (WCAG 2.2, 1.4.3)."""


def lived(mia: Resident, shop: Company) -> list[str]:
    """Give somebody a life worth looking at; the addresses of every page of theirs."""
    held = mia.decide(shop, *NEEDED, ADULT)
    shop.read(held.access_token)
    shop.read(held.access_token, MARKETING)
    past = mia.decide(shop, *NEEDED)
    mia.open(f"/consents/{past.consent_id}/revoke")
    mia.page.get_by_role("button", name="Revoke", exact=True).click()
    letters = [
        shop.ask(*NEEDED, ADULT, *WISHED, **TERMS),
        shop.ask(needed("phone_number"), needed("food_allergy"), **TERMS),
    ]
    return [
        "/home", "/profile", "/profile/name", "/profile/address", "/profile/birthdate", "/profile/food_allergy",
        "/consents", "/consents?show=history", f"/consents/{held.consent_id}", f"/consents/{past.consent_id}",
        f"/consents/{held.consent_id}/revoke", "/reads", "/reads?outcome=refused", "/account", "/nowhere",
        *(letter.address for letter in letters),
    ]  # fmt: skip


DOORS = ["/", "/sign-in", "/sign-up", "/reset", "/choose-password?token=none"]
"""Pages of somebody who is not signed in."""


def walk(page: Page, addresses: list[str]) -> Iterator[str]:
    """Open each page, with every fold open; the path it led to."""
    for address in addresses:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        yield page.url
