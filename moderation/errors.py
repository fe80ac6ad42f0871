"""The errors that this package raises on bad input.

::

    ModerationError
      SourceError      a thread source cannot be read
        DamagedSourceError   it is damaged; what stands before the damage has been read
      LabelError       a label file, or a row of one, is wrong
      TrainingError    the labels cannot train the model that was asked for
      ModelError       a model folder is missing, changed, too new, or fails its probes
      PolicyError      thresholds or rules of a site are wrong
      StoreError       the store of feedback and keys cannot be opened, or did not do what was asked

Every message is one sentence or two that say where, what was found, what was expected, and what to do.
A mistake of ours is an ``AssertionError``, never one of these.
"""


class ModerationError(Exception):
    """Base of all errors of this package."""


class SourceError(ModerationError):
    """A thread source cannot be read."""


class DamagedSourceError(SourceError):
    """A thread source is damaged; what stands before the damage has been read."""


class LabelError(ModerationError):
    """A label file, or a row of one, is wrong."""


class TrainingError(ModerationError):
    """The labels cannot train the model that was asked for."""


class ModelError(ModerationError):
    """A model folder is missing, changed, too new, or fails its probes."""


class PolicyError(ModerationError):
    """Thresholds or rules of a site are wrong."""


class StoreError(ModerationError):
    """The store of feedback and keys cannot be opened, or did not do what was asked."""
