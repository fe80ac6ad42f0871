"""Hooks: what a comment system calls with each new comment, in its own process. Each reads the values of its system, no more."""

from moderation.hooks.function import Hook, Outcome

__all__ = ["Hook", "Outcome"]
