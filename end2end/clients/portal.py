"""A Gatehouse of the tests' own: the program, serving a folder of its own on a free port of the loopback address."""

import json
import os
import re
import selectors
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Consumer:
    id: str
    name: str
    key: str
    secret: str


@dataclass(frozen=True)
class Token:
    id: str
    token: str
    secret: str


@dataclass(frozen=True)
class App:
    """An OAuth 2 app; a public client has no secret."""

    id: str
    name: str
    secret: str | None


class Portal:
    """One database, with an account and its administrator, and the servers that share it."""

    email = "ada@example.com"

    def __init__(self, folder: Path):
        self.folder = folder
        self._servers = []
        words = ["--name", "Northwind", "--admin-name", "Ada Lovelace", "--admin-email", self.email]
        self.user_id = self.command("account", "create", *words, text=PASSWORD)["user_id"]
        self.url = self.serve()
        self.server = self._servers[-1]

    def _environment(self, **settings):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
        return inherited | {
            "GATEHOUSE_ADDR": "127.0.0.1:0",
            "GATEHOUSE_DATA_DIR": str(self.folder / "data"),
            "GATEHOUSE_SITE_ROOT": os.environ["GATEHOUSE_SITE_ROOT"],
            "GATEHOUSE_API_RATE": "0",
        } | settings

    def command(self, *words, text=""):
        """Runs a command of the program, and reads its JSON."""
        done = subprocess.run(
            [os.environ["GATEHOUSE_BIN"], *words, "--json"],
            input=text, capture_output=True, text=True, cwd=self.folder, env=self._environment(), check=False,
        )
        assert done.returncode == 0, f"gatehouse {' '.join(words)}: {done.stderr}"
        return json.loads(done.stdout)

    def serve(self, **settings):
        """Starts a server, and gives its address."""
        log = open(self.folder / "log", "ab")
        server = subprocess.Popen(
            [os.environ["GATEHOUSE_BIN"], "serve"],
            stdout=subprocess.PIPE, stderr=log, cwd=self.folder, env=self._environment(**settings),
        )
        log.close()
        self._servers.append(server)
        return self._printed(server, rb"Gatehouse listens on (http://\S+)\n").decode()

    def _printed(self, server, pattern):
        """Waits for what the server's console prints."""
        seen, deadline = b"", time.monotonic() + 30
        with selectors.DefaultSelector() as selector:
            selector.register(server.stdout, selectors.EVENT_READ)
            while not (match := re.search(pattern, seen)):
                assert selector.select(deadline - time.monotonic()), f"the server only said {seen!r}: {self.log()}"
                piece = os.read(server.stdout.fileno(), 65536)
                assert piece, f"the server ended: {self.log()}"
                seen += piece
        return match[1]

    def log(self):
        return (self.folder / "log").read_text()

    def restart(self, meanwhile):
        """Ends the first server, and starts another at its address after something has happened meanwhile."""
        self.server.terminate()
        assert self.server.wait(timeout=20) == 0, self.log()
        meanwhile()
        assert self.serve(GATEHOUSE_ADDR=self.url.removeprefix("http://")) == self.url
        self.server = self._servers[-1]

    def stop(self):
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            server.wait(timeout=20)
            server.stdout.close()

    def api_key(self):
        return self.command("api-key", "show")["api_key"]

    def apply(self, settings):
        """Makes the settings what a file in TOML says, and gives the revision."""
        return self.command("settings", "apply", "-", "--yes", text=settings)["revision"]

    def consumer(self, name):
        made = self.command("consumer", "create", "--name", name)
        return Consumer(made["id"], made["name"], made["consumer_key"], made["consumer_secret"])

    def token(self, consumer):
        words = ["--user", self.email, "--consumer", consumer.id, "--integration", "Client library"]
        made = self.command("token", "create", *words)
        return Token(made["id"], made["token"], made["token_secret"])

    def app(self, name, grant, scopes, redirect_uris=(), settings=()):
        words = ["--name", name, "--grant", grant, *settings]
        if grant == "client_credentials":
            words += ["--user", self.email]
        for uri in redirect_uris:
            words += ["--redirect-uri", uri]
        for scope in scopes:
            words += ["--scope", scope]
        made = self.command("oauth-app", "create", *words)
        return App(made["client_id"], made["name"], made["client_secret"])
