"""Labelling: which comments a person is asked about and in what order, what is kept of each answer, and how far to trust it.

`material` reads what is to be labelled, `queue` orders it, `session` and `log` keep each judgement, `screen` asks (and
alone needs Textual), `agreement` compares persons, `suspects` compares them with a model.
"""
