"""``vrm mail``: the listener that takes answers to letters about consents."""

import os
import signal
import threading

import click

from vrm.cli.edge import Command, note, open_house, say
from vrm.errors import Conflict, Invalid


@click.command(cls=Command)
@click.option("--parent", type=int, hidden=True, help="End when this process is no longer the parent.")
def mail(parent: int | None) -> None:
    """Take answers to letters about consents by SMTP, and stop those consents; until told to stop.

    vrm serve runs it itself where VRM_SMTP_LISTEN is set. It takes no other mail, and belongs behind your own mail
    server (docs/mail.md).
    """
    from vrm.mailroom import Mailroom  # here, so that no other command pays for it

    house = open_house()
    if house.settings.smtp_listen is None:
        raise Invalid("Say where to listen: VRM_SMTP_LISTEN, as in 127.0.0.1:2525.", code="no_listener")
    host, port = house.settings.smtp_listen
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    room = Mailroom(house)
    try:
        room.open(host, port)
    except OSError as fault:
        raise Conflict(f"cannot listen at {host} port {port}: {fault.strerror}", code="port_taken") from None
    note(f"taking answers for {house.settings.reply_address} at {host} port {port}")
    while not stop.wait(0.5) and (parent is None or os.getppid() == parent):
        pass
    room.close()
    say("stopped", stopped=True)
