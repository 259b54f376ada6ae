"""Messages by mail: encrypted on the way, in the words of the wording, to one person.

A message id made of the key lets a mailbox see that a message came twice; SMTP cannot
be asked what it did. So a message may come twice, and is never lost in silence.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from application.effects.ports import (
    SECONDS_MAX,
    Answer,
    CannotSay,
    Declined,
    Done,
    Instruction,
    NotSent,
    Told,
    Unclear,
)
from interface.wording.messages import message_words

SUBMISSION: Final = 587
PERMANENT: Final = 500

# Given whom a message is for, where it goes; None if nobody knows.
Address = Callable[[Instruction], str | None]


def address_by(pattern: str) -> Address:
    """Return what finds an address by a pattern such as ``{consumer}@mail.example``.

    A consumer whose name is an address is written to there.
    """

    def found(instruction: Instruction) -> str | None:
        name = instruction.consumer or ""
        if "@" in name:
            return name
        return pattern.replace("{consumer}", name) if pattern and name else None

    return found


class SmtpMessenger:
    """Sends mail by a server, named ``smtp://user@host:port?from=ADDRESS``.

    STARTTLS always, but to this machine if it offers none.
    """

    def __init__(
        self,
        address: str,
        secret: str,
        address_of: Address,
        tls: ssl.SSLContext | None = None,
        *,
        seconds: float = SECONDS_MAX,
    ) -> None:
        parts = urlsplit(address)
        self._host, self._port = parts.hostname or "", parts.port or SUBMISSION
        self._user = unquote(parts.username or "")
        self._secret = secret
        self._sender = parts.query.removeprefix("from=") or f"redress@{self._host}"
        self._address_of = address_of
        self._tls = tls
        self._seconds = seconds

    def ask(self, key: UUID, instruction: Instruction) -> Told:
        """Say that nobody can tell."""
        del key, instruction
        return CannotSay()

    def send(self, instruction: Instruction) -> Answer:
        """Send it."""
        to = self._address_of(instruction)
        if to is None:
            return Declined("no_address")
        mail = self._mail(instruction, to)
        try:
            server = smtplib.SMTP(self._host, self._port, timeout=self._seconds)
        except (OSError, smtplib.SMTPException):
            return NotSent("not_reached")
        with server:
            return self._handed_over(server, mail)

    def _handed_over(self, server: smtplib.SMTP, mail: EmailMessage) -> Answer:
        try:
            server.ehlo()
            if self._tls is not None:
                server.starttls(context=self._tls)
            if self._user:
                server.login(self._user, self._secret)
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as refused:
            worst = max(code for code, _ in refused.recipients.values())
            if worst >= PERMANENT:
                return Declined(f"smtp_{worst}")
            return NotSent(f"smtp_{worst}")
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPAuthenticationError):
            return NotSent("not_let_in")
        except smtplib.SMTPResponseException as error:
            return NotSent(f"smtp_{error.smtp_code}")
        except (OSError, smtplib.SMTPException):
            return Unclear("no_answer")
        return Done(str(mail["Message-ID"]).strip("<>"))

    def _mail(self, instruction: Instruction, to: str) -> EmailMessage:
        words = message_words(instruction.action, instruction.params)
        mail = EmailMessage()
        mail["From"], mail["To"] = self._sender, to
        mail["Subject"] = words.subject
        mail["Message-ID"] = f"<{instruction.key}@redress.invalid>"
        mail.set_content(words.body)
        return mail
