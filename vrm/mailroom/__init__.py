"""Where mail comes in: a person answers a letter about a consent, and the consent ends.

An edge, like the worker: it takes mail by SMTP from the operator's own mail server (RFC 5321), and knows one verb.

    Mailroom(house).open("127.0.0.1", 2525)     listens in a thread of its own
    .close()                                    takes nothing more; what has begun is finished

Of a letter that comes in it reads the head, to tell people from machines, and keeps nothing: no address, no text, not in
any log. Whose consent ends is said by the code in the address the letter is for, and by nothing else: who wrote it is
not asked, since anybody can write any name there.
"""

from vrm.mailroom.listening import Limits, Mailroom

__all__ = ["Limits", "Mailroom"]
