"""What falls short of an order, when it is due to be asked, and when it heals.

Pure predicates over an order's own state and what is known of it beside: detectors are
rows (``DetectorRow``), and a detection asks only what is due. ``watch_points`` says
what to ask and when, whenever an order changes; ``shortfall_of`` answers when asked;
``cleared`` says that it healed.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.detection.clearing import *
from domain.detection.detect import *
from domain.detection.known import *
from domain.detection.points import *
from domain.detection.regions import *
from domain.detection.severity import *
