"""plankb: a rule-based knowledge base of a policy plan. This package knows no web."""
