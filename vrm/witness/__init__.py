"""The witness: a small server that another organisation runs, so that a log cannot show two histories unseen.

What it keeps, in a folder of its own: its key; the logs it knows, with their keys; and for each the one largest
checkpoint it has cosigned. It cosigns a checkpoint only if that continues the one before (C2SP tlog-witness), and
never two root hashes for one size or a smaller tree, whatever the log's operator signs, however many processes run.

Who may call it: the command line, and the web server that ``wsgi`` gives. It needs no instance.

What it must never know: any entry of a log, or anything of the instance whose log it watches. Nobody who asks is
known to it, and nothing they send is kept but a checkpoint with a good signature.
"""

from vrm.witness.book import Known
from vrm.witness.errors import ForeignLog, NotThisSize, RootDiffers, Unproved, Unsigned
from vrm.witness.folder import Folder
from vrm.witness.service import add_log, cosign, drop_key, list_logs

__all__ = [
    "Folder",
    "ForeignLog",
    "Known",
    "NotThisSize",
    "RootDiffers",
    "Unproved",
    "Unsigned",
    "add_log",
    "cosign",
    "drop_key",
    "list_logs",
]
