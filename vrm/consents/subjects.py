"""The random name by which one company knows one person, and no other company does."""

from sqlalchemy.orm import Session

from vrm.consents.models import SubjectRow
from vrm.ids import new_id


def subject_of(session: Session, consumer_id: str, company_id: str) -> str:
    """What this company knows this person by, or will: it is made when it is first needed."""
    row = session.get(SubjectRow, (consumer_id, company_id))
    if row is None:
        row = SubjectRow(consumer_id=consumer_id, company_id=company_id, subject=new_id())
        session.add(row)
        session.flush()
    return row.subject
