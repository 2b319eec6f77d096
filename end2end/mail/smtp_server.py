"""An SMTP server on loopback that prints each email as a line of JSON, as a mail client reads it.

The first line is the port. Ends when standard input is closed.
"""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP


class PrintEmails:
    async def handle_DATA(self, server: SMTP, session, envelope) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        text = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        defects = [repr(defect) for part in message.walk() for defect in part.defects]
        printed = {
            "from": str(message["From"]),
            "to": envelope.rcpt_tos,
            "subject": str(message["Subject"]),
            "text": text,
            "html": html,
            "defects": defects,
        }
        print(json.dumps(printed), flush=True)
        return "250 OK"


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(PrintEmails(), enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
