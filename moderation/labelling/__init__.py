"""Labelling: which comments a person is asked about and in what order, what is kept of each answer, and how far to trust it.

`material` reads what is to be labelled and `queue` orders it; `draft` is an answer in the making, `session` and `log` keep
each judgement; `view` is what is shown and `screen` shows it, the only one that needs Textual. `judged`, `agreement` and
`adjudication` compare persons, `suspects` compares them with a model.
"""
