"""The service in which people own their profiles and companies come asking.

Rooms stand on a staircase, lowest first: errors, clock, ids, db, fetch, accesslog, work, catalogue, accounts,
companies, profiles, consents, tokens, disclosures, journeys, web, and on top the edges that start it all.
A room imports only what stands below it; the contract is in ``pyproject.toml``.
"""

__version__ = "0.1.0"
