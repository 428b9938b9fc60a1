"""Which jobs fill a number of days best."""

from __future__ import annotations


def largest_sum(days: list[int], room: int) -> list[int]:
    """Return positions of a subset with the largest sum up to `room`; among those, one with the longest jobs.

    Examples
    --------
    >>> largest_sum([7, 5, 4], 9)
    [1, 2]
    """
    whole = (1 << (room + 1)) - 1
    # reach[k]: the sums that jobs k, k+1, ... can make.
    reach = [1] * (len(days) + 1)
    for place in range(len(days) - 1, -1, -1):
        reach[place] = (reach[place + 1] | (reach[place + 1] << days[place])) & whole
    target = reach[0].bit_length() - 1
    chosen = []
    for place, length in enumerate(days):
        if 0 < length <= target and (reach[place + 1] >> (target - length)) & 1:
            chosen.append(place)
            target -= length
        elif length == 0:
            chosen.append(place)
    return chosen
