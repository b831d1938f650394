"""What people are told without having asked: who wants to hear of what and how, what they were told, and when more is due.

Called by ``journeys``, which knows who is to be told, and by the edges: the portal shows notices and takes preferences,
the worker sweeps. ``tell`` marks somebody as told and has the letter sent in the same transaction, so nothing is told
twice and nothing is lost; every letter about consents passes through it, and so through a person's preferences.

What a notice says is sealed under the person's own key; kinds and moments stand in clear. This room must never know a
value of a profile, and writes no words: those are chosen when a letter is sent or a page shown. Nothing here is in the
access log: a letter discloses nothing to anybody, and how somebody wants to hear of things is theirs alone.
"""

from vrm.notices.devices import greet_device
from vrm.notices.digests import send_digests
from vrm.notices.due import ends_at, next_digest
from vrm.notices.fanning import Change, note_change, walk_on, walks
from vrm.notices.following import (
    Due,
    due_consents,
    follow_up_to,
    followed,
    schedule,
    schedule_new,
    unschedule,
)
from vrm.notices.kinds import CHOOSABLE, KINDS, Kind, Preferences, Way
from vrm.notices.patterns import Pair, patterns_of, put_patterns
from vrm.notices.preferences import keep_language_and_zone, keep_preferences, preferences_of
from vrm.notices.service import Notice, count_unread, forget, list_notices, mark_read, sweep
from vrm.notices.telling import tell
from vrm.notices.unusual import Finding, SeenReads, look

__all__ = [
    "CHOOSABLE",
    "KINDS",
    "Change",
    "Due",
    "Finding",
    "Kind",
    "Notice",
    "Pair",
    "Preferences",
    "SeenReads",
    "Way",
    "count_unread",
    "due_consents",
    "ends_at",
    "follow_up_to",
    "followed",
    "forget",
    "greet_device",
    "keep_language_and_zone",
    "keep_preferences",
    "list_notices",
    "look",
    "mark_read",
    "next_digest",
    "note_change",
    "patterns_of",
    "preferences_of",
    "put_patterns",
    "schedule",
    "schedule_new",
    "send_digests",
    "sweep",
    "tell",
    "unschedule",
    "walk_on",
    "walks",
]
