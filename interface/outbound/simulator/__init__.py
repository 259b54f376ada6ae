"""Gateways that are not there: for demonstrations and tests, with faults to order."""
