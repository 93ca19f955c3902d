"""The plan graph: loading, evidence, figures, rules, checks and what follows from them."""
