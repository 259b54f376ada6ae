"""A small invented market to try the product with: the same seed, the same market."""

from interface.sample.load import Sampled, load_sample
from interface.sample.market import BEST_CUSTOMER

__all__ = ["BEST_CUSTOMER", "Sampled", "load_sample"]
