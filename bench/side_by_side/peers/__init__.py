"""The bare route and the peers: what each is, started on its best server, and the requests that it answers.

Each is used as its own documentation shows, with what it needs and nothing else. What they run on is installed from
their registries, in the versions and with the hashes that stand beside this file, into ``build/`` and nowhere else.
"""
