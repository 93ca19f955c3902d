"""Steps from one form of the tables to the next; see :mod:`kb.reports.ledger.migrating`."""
