"""How long a statement of a verification may take: as long as it takes.

Roles bound their statements so that nobody waits for them; for these nobody waits.
"""

from typing import Final

PATIENCE: Final = """
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = '120s'
"""
# For several statements that must tell one story.
AT_ONE_MOMENT: Final = f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {PATIENCE}"
