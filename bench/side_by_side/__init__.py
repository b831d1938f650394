"""Side by side: this server, a bare route on the same WSGI server, and peers, each loaded in turn by one tool.

``python -m bench.side_by_side`` runs it. A *contest* is a few *entrants* that are loaded A B A B; a contest's rows are
compared with one another alone, since a machine is never the same twice. Nothing here is part of the product.
"""
