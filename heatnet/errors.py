"""The few public error classes; each is also the usual built-in."""

from __future__ import annotations


class HeatnetError(ValueError):
    """Input that heatnet cannot use; the message says what is wrong, where, and what to do.

    Examples
    --------
    >>> issubclass(HeatnetError, ValueError)
    True
    """


class InfeasiblePlanError(HeatnetError):
    """No plan keeps all that was asked of it: minima, musts and limits contradict each other.

    Examples
    --------
    >>> issubclass(InfeasiblePlanError, HeatnetError)
    True
    """


class MissingFileError(HeatnetError, FileNotFoundError):
    """A file, folder or table that was named does not exist.

    Examples
    --------
    >>> issubclass(MissingFileError, FileNotFoundError)
    True
    """


class WrongTypeError(HeatnetError, TypeError):
    """An argument is of a type that its function cannot take; the message names both.

    Examples
    --------
    >>> issubclass(WrongTypeError, TypeError)
    True
    """


class MissingExtraError(HeatnetError, ImportError):
    """An optional package is not installed; the message names the extra that brings it.

    Parameters
    ----------
    extra : str
        Name of the extra, e.g. ``"parquet"``.
    purpose : str
        What it is needed for, as the subject of the sentence, e.g. ``"reading Parquet files"``.

    Examples
    --------
    >>> print(MissingExtraError("parquet", "reading Parquet files"))
    reading Parquet files needs an optional package: pip install "heatnet[parquet]"
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f'{purpose} needs an optional package: pip install "heatnet[{extra}]"')
        self.extra = extra
        self.purpose = purpose

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        """Cross from one process to another as what it is."""
        return type(self), (self.extra, self.purpose)
