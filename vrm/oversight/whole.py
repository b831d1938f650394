"""The whole log, taken out by an auditor: the very file that ``vrm log export`` writes.

    export = open_log(database, keys, origin=origin)
    database.write(lambda session: record_log_export(session, export=export, auditor_id=me, now=now))
    for line in export: ...

In this order, as with a bundle: that it leaves is logged before its first byte, and so is not in it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from keys import KeyStore
from vrm import accesslog
from vrm.accesslog import Export
from vrm.db import Database
from vrm.tlog.note import Verifier


def open_log(database: Database, keys: KeyStore, *, origin: str) -> Export:
    """Everything the newest checkpoint covers. ``origin`` is the log's; raises ``NotFound`` before the first one."""
    return accesslog.open_export(database, verifier=Verifier(origin, keys.log_signer.public))


def record_log_export(session: Session, *, export: Export, auditor_id: str, now: datetime) -> None:
    """Log that the log leaves, and with whom."""
    detail = {"auditor": auditor_id, "count": export.count, "size": export.published.size}
    event = accesslog.Event("log.exported", now, "auditor", code=export.kind, detail=detail)
    accesslog.record(session, event)
