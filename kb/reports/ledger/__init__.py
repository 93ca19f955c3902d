"""The ledger of submissions: what was handed in, by whom, and what became of it.

An SQL database, SQLite or PostgreSQL, in which nothing is ever changed or removed; a hash chain
over all entries shows it if somebody does. :class:`kb.reports.ledger.ledger.Ledger` is the way
in. Must not know what a report says, nor the web.
"""
