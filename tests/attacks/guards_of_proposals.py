"""The guards of what companies propose for a profile, and of who takes it over."""

from tests.attacks.cutting import Guard
from tests.attacks.cutting import guard as _guard

PROPOSING, INBOX = "vrm/profiles/proposing.py", "vrm/profiles/inbox.py"
JOURNEY = "vrm/journeys/proposing.py"

GUARDS: list[Guard] = [
    _guard("proposal under a good consent", JOURNEY, "return verdict if isinstance(verdict, Refused) else standing", "return standing"),
    _guard("proposable alone", PROPOSING, "if not key.proposable:", "if False:"),
    _guard("proposals are few", PROPOSING, "    _require_room(session, consumer_id, proposer.company_id, now)\n", ""),
    _guard("room tells nothing", PROPOSING, "            ProposalRow.expires_at > now,\n        )\n        .order_by", "            ProposalRow.expires_at > now,\n            ProposalRow.sealed.is_not(None),\n        )\n        .order_by"),
    _guard("proposal of its client", PROPOSING, "if row is None or row.client_id != client_id or row.expires_at <= now:", "if row is None or row.expires_at <= now:"),
    _guard("proposal once", PROPOSING, "if row is not None and row.expires_at > now:", "if False:", (PROPOSING, "    if row is not None:  # its time", "    if False:  # its time"), (PROPOSING, "proposer.consent_id, mark)", "proposer.consent_id, mark, new_id())"), (PROPOSING, "from vrm.errors import", "from vrm.ids import new_id\nfrom vrm.errors import")),
    _guard("proposal to its person", INBOX, "    return (\n        ProposalRow.consumer_id == consumer_id,\n", "    return (\n"),
    _guard("accepted once", INBOX, "    row.sealed = None\n    session.flush()\n    return item", "    return item"),
    _guard("blocked proposes nothing", PROPOSING, "sealed=sealed if reaches else None,", "sealed=sealed,", (INBOX, "        ProposalRow.company_id.not_in(blocked),\n", "")),
]  # fmt: skip
