"""The composition root: the one place that knows every part by its class.

Import from here; how it is laid out in files is nobody else's business.
"""

from interface.bootstrap.redress import Redress, open_redress

__all__ = ["Redress", "open_redress"]
