"""Classes of assets that fail, and are repaired, alike: stations, and segments by diameter and level."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heatnet.network import Network

# Upper ends of the diameter classes of the repair norm, mm; the last class has none.
DIAMETER_BOUNDS_MM = (225.0, 450.0, 750.0, 950.0)
DIAMETER_LABELS = ("below 225 mm", "225 to 450 mm", "450 to 750 mm", "750 to 950 mm", "950 mm and above")
STATION_LABEL = "station"


def diameter_class(diameter_mm: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return the position of each diameter's class in `DIAMETER_LABELS`; on a bound, of the class above.

    Examples
    --------
    >>> diameter_class([100, 225, 1000]).tolist()
    [0, 1, 4]
    """
    return np.searchsorted(DIAMETER_BOUNDS_MM, np.asarray(diameter_mm, dtype=np.float64), side="right").astype(np.int64)


def asset_classes(network: Network, *, by_level: bool) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the class of every asset, and the labels of the classes.

    Parameters
    ----------
    network : Network
        The network.
    by_level : bool
        Whether primary and secondary segments are told apart.

    Returns
    -------
    codes : numpy.ndarray
        Shape (n_assets,), positions in `labels`.
    labels : list of str
        One per class, the stations last.
    """
    codes = diameter_class(network.diameter_mm)
    labels = list(DIAMETER_LABELS)
    if by_level:
        codes = codes + np.where(network.is_primary, 0, len(labels))
        labels = [f"{level} {label}" for level in ("primary", "secondary") for label in labels]
    stations = np.full(len(network.station_nodes), len(labels), dtype=np.int64)
    return np.concatenate([codes, stations]), [*labels, STATION_LABEL]
