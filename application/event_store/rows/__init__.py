"""Rows and columns: how the log is asked for and read, how a batch is sent.

Nothing here knows why. Who reads the store for what it does may leave this room out.
"""
