"""Faults of the work room."""

from vrm.errors import Unavailable


class MailNotSent(Unavailable):
    """The mail did not leave. ``permanent`` when trying again cannot help; ``reply`` is the server's SMTP code.

    The message names neither the recipient nor the server's words, which often repeat the recipient.
    """

    code = "mail_not_sent"

    def __init__(self, *, reply: int | None = None, permanent: bool = False) -> None:
        how = f"reply {reply}" if reply else "no connection, or it broke"
        super().__init__(f"The mail server did not take the mail ({how}).")
        self.reply = reply
        self.permanent = permanent
