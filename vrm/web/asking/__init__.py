"""A company's ask on its way to a person: read, checked, and written as a letter.

Called by the authorization server, where a person decides, and by the companies' console, which shows the very same
letter before anybody is asked. It must never decide anything itself, nor keep what it is given.

* ``details`` the wire form, ``scopes`` its short form in OpenID Connect, ``check`` whether a person could be asked that.
* ``merging`` an ask that adds to a consent, ``changes`` what an ask would change of one.
* ``letter`` what the person reads, ``shown`` the values in it, ``choices`` what they ticked in it.
"""

from vrm.web.asking.check import check_ask
from vrm.web.asking.details import TYPE, InvalidAuthorizationDetails, granted_details

__all__ = ["TYPE", "InvalidAuthorizationDetails", "check_ask", "granted_details"]
