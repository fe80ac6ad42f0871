"""Drift: whether the comments of a new bulk run differ from those of an earlier one.

`runs` counts the scored files of a run into histograms, `comparison` measures how far two of them are apart and gives the verdict,
`report` writes it as a page for people, in the words of `words` and with the drawings of `pictures`.
"""
