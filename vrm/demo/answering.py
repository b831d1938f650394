"""Mail comes in, as behind a mail server: a letter about a consent is answered, and the consent ends."""

import shlex

from vrm import clock, companies, consents, work
from vrm.demo import seed, weeks
from vrm.demo.story import Stage, Tell
from vrm.house import House

REPLY_ADDRESS = "stop@vrm.example"
HOST = "127.0.0.1"


def settings(port: int) -> dict[str, str]:
    """What has the server take mail beside the web."""
    return {"VRM_REPLY_ADDRESS": REPLY_ADDRESS, "VRM_SMTP_LISTEN": f"{HOST}:{port}"}


def tell_how(stage: Stage, house: House, port: int, tell: Tell) -> None:
    """A command that answers one of Mia's letters, while she allows somebody something."""
    mia, now = seed.recall(stage.home).get("person", ""), clock.now()
    held = house.database.read(lambda db: consents.list_consents(db, consumer_id=mia))
    consent = next((each for each in held if each.is_active(now) and not each.paused), None)
    if consent is None:
        return
    company_id = consent.company_id
    company = house.database.read(lambda db: companies.get_company(db, company_id=company_id))
    code = consents.stop_code(house.keys, consumer_id=mia, consent_id=consent.id)
    sent = f'"{weeks.MIA["email"]}", "{work.answer_address(REPLY_ADDRESS, code)}", "Stop"'
    program = f'import smtplib; smtplib.SMTP("{HOST}", {port}).sendmail({sent})'
    tell("Mia stops what a letter is about by answering it; so does this, for the letter about")
    tell(f"  {company.legal_name}: python3 -c {shlex.quote(program)}")
