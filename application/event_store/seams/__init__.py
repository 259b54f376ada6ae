"""The store as applications of the eventsourcing library see it.

Its seams (factory, recorders, subscription) over the same tables and the same append.
The product's own commands come in here as well, by ``append_usual`` of the recorder,
or ``append_asks``.
"""
