"""A domain that is nobody's: whoever signs up a company in the demo may claim it, and the demo publishes its proof."""

from vrm import companies
from vrm.demo.story import Stage, Tell
from vrm.house import House

DOMAIN = "spare.example"


def proof(house: House) -> str:
    """What stands at the domain now: a line for each company that claimed it. The first to have it checked has it."""
    every = house.database.read(companies.list_companies)
    return "\n".join(each.domain_token for each in every if each.domain == DOMAIN)


def tell_how(stage: Stage, tell: Tell) -> None:
    """How a newcomer gets a company of their own as far as asking."""
    tell(f"A company of your own: sign up at {stage.issuer}/company/sign-up, with the web domain {DOMAIN}.")
    tell("  Press Check now (the demo publishes the line), state notice and purposes; then, as operator:")
    tell(f"  VRM_HOME={stage.home} .venv/bin/vrm company approve {DOMAIN}")
