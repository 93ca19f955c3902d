"""Where the graph is kept and queried, and where queries can be killed.

Knows RDF, SPARQL and processes; must not know what a plan is, nor who asks.
"""
