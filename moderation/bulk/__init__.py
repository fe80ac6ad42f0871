"""An archive of any size: many files, many cores, many machines.

`plan` says which files become which, `reading` cuts them into chunks, `scoring` scores a chunk in whichever process,
`engines` hand chunks out, `run` puts their results together so that a killed run can go on, and ends with the same bytes.
"""

from moderation.bulk.frame import score_frame

__all__ = ["score_frame"]
