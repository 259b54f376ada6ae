"""The same database and shop as the projections are tested with."""

from tests.application.projections.conftest import history, pools, store

__all__ = ["history", "pools", "store"]
