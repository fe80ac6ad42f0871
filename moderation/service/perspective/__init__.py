"""Perspective's protocol: a client of Google's Comment Analyzer moves over by changing its address.

Pure translation: bytes of a request in, an `Answer` out. Nothing is stored or logged here, so ``doNotStore`` of `analyze` is
kept whatever it says; what `suggest` returns is for its caller to store before it answers, as Google stored it always.

Scores are the probabilities of the model and nothing else: a rule of the site or a flood shows in ``decision`` and
``explanations``, which Google did not have and which clients that do not know them leave alone.
"""

from moderation.service.perspective.analysis import analyze
from moderation.service.perspective.attributes import ATTRIBUTES
from moderation.service.perspective.batches import Part, read_batch, write_batch
from moderation.service.perspective.discovery import discovery
from moderation.service.perspective.errors import Refused, failure, refusal
from moderation.service.perspective.suggestions import SuggestedSpan, Suggestion, suggest

__all__ = [
    "ATTRIBUTES",
    "Part",
    "Refused",
    "SuggestedSpan",
    "Suggestion",
    "analyze",
    "discovery",
    "failure",
    "read_batch",
    "refusal",
    "suggest",
    "write_batch",
]
