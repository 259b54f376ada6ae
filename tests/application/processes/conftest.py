"""The same database and shop as the projections are tested with."""

from tests.application.projections.conftest import pools, store

__all__ = ["pools", "store"]
