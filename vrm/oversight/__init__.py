"""Oversight: what the log says, found at once. It derives, and is never the only copy of anything but its findings
and what auditors write.

What it keeps: an index over the members that log entries have in clear, in four views (``models``), and the
anomalies found in it; beside it the case files and saved views that auditors write, sealed. The index holds nothing
that the log does not say in clear: no name, no value, no consent's id; people stand there as threads. It can be
dropped and made anew from the log at any time (``reindex``).

Who may call it: the worker, to ``index`` and to ``watch``; the pages and interfaces of auditors and the command
line, for everything; those of company people for their own clients' figures.

What it must never know: whose thread it is, what a commitment hides, what the look-ups beside the log say.

Why it stays fast: which entries have all members asked for is worked out with bits (``facets``), a million leaves
at a time, whether many match or none; how many there are is summed up beforehand (``tallies``). Nothing is indexed
when an event is written; the index is a pass or so behind the tree.
"""

from vrm.oversight.anomalies import KINDS, Figures, Kind
from vrm.oversight.answering import (
    Answer,
    answer_anomaly,
    cases_holding,
    list_answers,
    reopen_anomaly,
)
from vrm.oversight.bundle import Bundle, open_case_bundle, open_exposure_bundle, record_export
from vrm.oversight.bundled import MOST_ENTRIES
from vrm.oversight.case_lines import (
    LINE_KINDS,
    LONGEST_NOTE,
    CaseLine,
    LineKind,
    find_last_case,
    list_lines,
    list_marks,
    marked_leaves,
)
from vrm.oversight.cases import (
    LONGEST_TITLE,
    MOST_LINES,
    MOST_MARKS,
    Case,
    add_note,
    close_case,
    get_case,
    list_cases,
    mark,
    open_case,
    reopen_case,
    unmark,
)
from vrm.oversight.codes import CODES
from vrm.oversight.exposures import Exposed, Exposure, exposed_leaves, exposure, keys_read
from vrm.oversight.findings import Anomaly, get_anomaly, list_anomalies
from vrm.oversight.grammar import read_moment
from vrm.oversight.indexing import index, indexed, reindex
from vrm.oversight.looks import PARAMETERS, Look, Looks, list_looks, record_look
from vrm.oversight.marking import leaves_found, mark_all
from vrm.oversight.members import LOOK, Filters, Row
from vrm.oversight.searching import Found, get_row, search
from vrm.oversight.tallies import GROUPS, Bucket, Count, Grain, Ranking, Series, count, rank, series
from vrm.oversight.verify import BundleReport, is_bundle, verify_bundle
from vrm.oversight.views import LONGEST_NAME, MOST_VIEWS, SavedView, delete_view, list_views, save_view
from vrm.oversight.vocabulary import check_known, occurring
from vrm.oversight.watching import AgentDay, agent_days, watch
from vrm.oversight.whole import open_log, record_log_export

__all__ = [
    "CODES",
    "GROUPS",
    "KINDS",
    "LINE_KINDS",
    "LONGEST_NAME",
    "LONGEST_NOTE",
    "LONGEST_TITLE",
    "LOOK",
    "MOST_ENTRIES",
    "MOST_LINES",
    "MOST_MARKS",
    "MOST_VIEWS",
    "PARAMETERS",
    "AgentDay",
    "Anomaly",
    "Answer",
    "Bucket",
    "Bundle",
    "BundleReport",
    "Case",
    "CaseLine",
    "Count",
    "Exposed",
    "Exposure",
    "Figures",
    "Filters",
    "Found",
    "Grain",
    "Kind",
    "LineKind",
    "Look",
    "Looks",
    "Ranking",
    "Row",
    "SavedView",
    "Series",
    "add_note",
    "agent_days",
    "answer_anomaly",
    "cases_holding",
    "check_known",
    "close_case",
    "count",
    "delete_view",
    "exposed_leaves",
    "exposure",
    "find_last_case",
    "get_anomaly",
    "get_case",
    "get_row",
    "index",
    "indexed",
    "is_bundle",
    "keys_read",
    "leaves_found",
    "list_anomalies",
    "list_answers",
    "list_cases",
    "list_lines",
    "list_looks",
    "list_marks",
    "list_views",
    "mark",
    "mark_all",
    "marked_leaves",
    "occurring",
    "open_case",
    "open_case_bundle",
    "open_exposure_bundle",
    "open_log",
    "rank",
    "read_moment",
    "record_export",
    "record_log_export",
    "record_look",
    "reindex",
    "reopen_anomaly",
    "reopen_case",
    "save_view",
    "search",
    "series",
    "unmark",
    "verify_bundle",
    "watch",
]
