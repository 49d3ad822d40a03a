"""Errors that a user can mend. The command line prints them without a traceback and exits with code 2."""

from __future__ import annotations


class GanfwError(ValueError):
    """Something in the user's hands is wrong: a recipe, an argument, data, a folder.

    The message says what is wrong, where, why, and what to type next.
    """
