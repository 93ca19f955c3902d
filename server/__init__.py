"""The web service: one blueprint a subject. Holds no knowledge; asks :mod:`kb` for all of it."""
