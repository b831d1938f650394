"""The codes that this version writes into entries, by type of event. Pure. A log may hold others, of a newer version.

Why a read was refused is the code of a ``disclosure``; of anything else the code says what exactly it was about.
"""

from collections.abc import Mapping
from types import MappingProxyType

_ROLES = ("owner", "developer", "agent", "privacy_officer")
_PAGES = (
    "overview", "search", "entry", "exposure", "anomalies", "case", "checkpoint", "export", "looks", "tokens",
    "views",
)  # fmt: skip
_PROGRAMS = (
    "entries", "entry", "tallies", "rankings", "exposure", "exposure_bundle", "anomalies", "anomaly", "checkpoints",
    "newest_checkpoint", "checkpoint", "consistency", "cases", "case", "case_lines", "case_marks", "case_bundle",
    "export", "looks",
)  # fmt: skip

CODES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "disclosure": (
            "client_suspended", "revoked", "returned", "expired", "used", "paused", "too_soon", "notice_changed", "superseded", "erased", "purpose_required",
            "purpose_not_permitted", "keys_not_permitted", "not_found", "unreadable",
        ),
        "company.changed": (
            "legal_name", "address", "contact", "domain", "domain_token", "notice", "owner", "purposes",
        ),
        **{
            f"company.{what}": _ROLES
            for what in (
                "person_invited", "invitation_withdrawn", "person_joined", "person_role_changed", "person_ended",
            )
        },
        "company.exported": ("consents", "reads"),
        "client.changed": (
            "name", "redirect_uris", "jwks", "jwks_uri", "key_added", "key_retired", "key_removed",
            "scope_purpose", "post_logout_redirect_uris",
        ),
        "audit.viewed": (*_PAGES, *(f"api_{what}" for what in _PROGRAMS), "log_bundles"),
        "anomaly.changed": ("looked_into", "reopened"),
        "case.changed": ("marked", "unmarked", "noted", "closed", "reopened", "exported"),
        "case.exported": ("case", "exposure"),
        "exposure.traced": ("counted", "notified"),
        "keys.signing_rotated": ("at_once", "receipts"),
        "keys.log_rotated": ("begun", "finished"),
        "backup.restored": ("unheard",),
        "log.exported": ("all", "selection", "archive", "archive_moved"),
    }
)  # fmt: skip
"""Of types that are not here, an entry has no code."""

EVERY = frozenset(code for codes in CODES.values() for code in codes)
