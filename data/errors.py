"""The one tree of errors that the page shows as a message; anything else is a bug and shows itself.

* StrataError                 everything a user can cause or put right
  * DataError                 something that goes in is not as it should be
    * DatasetError            a data set's file, name or split is wrong
      * DatasetMissing        a data set is not (or not wholly) on this machine; the message says how to get it
    * PictureError            an uploaded or drawn picture cannot become the network's input

Other packages hang their own errors below StrataError. Every message says what is wrong, what was expected,
what was received, and what to do about it, in whole sentences that can be shown as they are.
"""

__all__ = ["DataError", "DatasetError", "DatasetMissing", "PictureError", "StrataError"]


class StrataError(Exception):
    """Root of every error that the page catches and shows; `str(error)` is the message for the user."""


class DataError(StrataError):
    """Something that goes into a network is not as it should be."""


class DatasetError(DataError):
    """A data set's file, name or split is wrong."""


class DatasetMissing(DatasetError):
    """A data set is not, or not wholly, on this machine; the message says how to get it."""


class PictureError(DataError):
    """A picture cannot become the network's input."""
