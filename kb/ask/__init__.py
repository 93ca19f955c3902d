"""Plain questions, in Chinese and English: from words to a logical form to SPARQL to an answer.

Knows language and the shape of the graph; must not know the web, nor any plan by name.
"""
