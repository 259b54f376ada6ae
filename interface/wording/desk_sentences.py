"""What agents keep, in both languages."""

from collections.abc import Mapping
from typing import Final

DESK_SENTENCES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "desk.view_kept": (
        ("已保存视图 {name}",),
        ("The view {name} was kept",),
    ),
    "desk.view_dropped": (
        ("已删除视图 {name}",),
        ("The view {name} is kept no longer",),
    ),
    "desk.macro_kept": (
        ("已保存宏 {name}",),
        ("The macro {name} was kept",),
    ),
    "desk.macro_dropped": (
        ("已删除宏 {name}",),
        ("The macro {name} is kept no longer",),
    ),
}
