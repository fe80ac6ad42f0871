"""Moderation of reader comments: self-hosted, explainable, French first.

>>> import moderation
>>> moderator = moderation.Moderator.load()
>>> decision = moderator.check_text("Bravo pour cet article, merci !")
>>> decision.action
'approve'
"""

from moderation.comments import Comment, Thread
from moderation.errors import (
    DamagedSourceError,
    LabelError,
    ModelError,
    ModerationError,
    PolicyError,
    SourceError,
    TrainingError,
)
from moderation.floods import Copies, FloodWindow
from moderation.model import Model
from moderation.moderator import Moderator
from moderation.policy import Decision, Policy
from moderation.scores import Explanation, Reason, Scores
from moderation.text import fold
from moderation.threads import Report, read_threads

__version__ = "0.1.0"

__all__ = [
    "Comment",
    "Copies",
    "DamagedSourceError",
    "Decision",
    "Explanation",
    "FloodWindow",
    "LabelError",
    "Model",
    "ModelError",
    "ModerationError",
    "Moderator",
    "Policy",
    "PolicyError",
    "Reason",
    "Report",
    "Scores",
    "SourceError",
    "Thread",
    "TrainingError",
    "fold",
    "read_threads",
]
