"""Sample cities with known truth."""

from heatnet.synthetic.city import City, make_city
from heatnet.synthetic.truth import Truth

__all__ = ["City", "Truth", "make_city"]
