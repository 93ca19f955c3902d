"""Progress reports: taken in without loss, audited against the plan without false alarms.

A file becomes a sheet of cells (:mod:`kb.reports.sheet`), its rows become observations with
their intervals (:mod:`kb.reports.observation`), these become a graph, shapes over that graph
give findings (:mod:`kb.reports.finding`). Must not know the web, nor how a question is asked.
"""
