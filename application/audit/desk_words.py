"""What happened to what agents keep, in plain words."""

from collections.abc import Mapping
from typing import Final

DESK_SENTENCES: Final[Mapping[str, str]] = {
    "desk.view_kept": "{by} kept the view {name}{owner?, of * alone}",
    "desk.view_dropped": "{by} let go of the view {name}{owner?, of * alone}",
    "desk.macro_kept": "{by} kept the macro {name}{owner?, of * alone}, for a {noun}: "
    "{steps}",
    "desk.macro_dropped": "{by} let go of the macro {name}{owner?, of * alone}",
}
