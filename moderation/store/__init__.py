"""The store: what moderators say of decisions, and the keys of the clients that say it. An extra; the core never imports it."""

from moderation.store.export import Exported
from moderation.store.feedback import PROTOCOLS, Feedback
from moderation.store.keys import SCOPES, Key
from moderation.store.store import Store

__all__ = ["PROTOCOLS", "SCOPES", "Exported", "Feedback", "Key", "Store"]
