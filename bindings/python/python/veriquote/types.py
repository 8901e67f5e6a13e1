"""Every type of options and results: for annotations, and to tell records apart."""

from ._types import *  # noqa: F403
