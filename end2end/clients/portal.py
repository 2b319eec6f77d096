"""Runs the server with a new data folder on a free port of the loopback address, and its commands."""

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
    """An OAuth 2.0 app. A public client has no secret."""

    id: str
    name: str
    secret: str | None


class Portal:
    """A database with one account and its administrator, and the servers that share it."""

    email = "ada@example.com"

    def __init__(self, folder: Path):
        self.folder = folder
        self._servers = []
        args = ["--name", "Northwind", "--admin-name", "Ada Lovelace", "--admin-email", self.email]
        self.user_id = self.command("account", "create", *args, text=PASSWORD)["user_id"]
        self.url = self.start_server()
        self.server = self._servers[-1]

    def _environment(self, **settings):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
        return inherited | {
            "GATEHOUSE_ADDR": "127.0.0.1:0",
            "GATEHOUSE_DATA_DIR": str(self.folder / "data"),
            "GATEHOUSE_SITE_ROOT": os.environ["GATEHOUSE_SITE_ROOT"],
            "GATEHOUSE_API_RATE": "0",
        } | settings

    def command(self, *args, text=""):
        """Runs a command and returns its JSON output."""
        process = subprocess.run(
            [os.environ["GATEHOUSE_BIN"], *args, "--json"],
            input=text, capture_output=True, text=True, cwd=self.folder, env=self._environment(), check=False,
        )
        assert process.returncode == 0, f"gatehouse {' '.join(args)}: {process.stderr}"
        return json.loads(process.stdout)

    def start_server(self, **settings):
        """Starts a server and returns its base URL."""
        log = open(self.folder / "log", "ab")
        server = subprocess.Popen(
            [os.environ["GATEHOUSE_BIN"], "serve"],
            stdout=subprocess.PIPE, stderr=log, cwd=self.folder, env=self._environment(**settings),
        )
        log.close()
        self._servers.append(server)
        return self._wait_for_output(server, rb"Gatehouse is listening on (http://\S+)\n").decode()

    def _wait_for_output(self, server, pattern):
        """Waits until the server prints the pattern, and returns its first group."""
        output, deadline = b"", time.monotonic() + 30
        with selectors.DefaultSelector() as selector:
            selector.register(server.stdout, selectors.EVENT_READ)
            while not (match := re.search(pattern, output)):
                assert selector.select(deadline - time.monotonic()), f"the server printed only {output!r}: {self.log()}"
                chunk = os.read(server.stdout.fileno(), 65536)
                assert chunk, f"the server exited: {self.log()}"
                output += chunk
        return match[1]

    def log(self):
        return (self.folder / "log").read_text()

    def restart(self, meanwhile):
        """Stops the first server, calls `meanwhile`, and starts another server at the same address."""
        self.server.terminate()
        assert self.server.wait(timeout=20) == 0, self.log()
        meanwhile()
        assert self.start_server(GATEHOUSE_ADDR=self.url.removeprefix("http://")) == self.url
        self.server = self._servers[-1]

    def stop(self):
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            server.wait(timeout=20)
            server.stdout.close()

    def api_key(self):
        return self.command("api-key", "show")["api_key"]

    def apply_settings(self, settings):
        """Applies a settings file in TOML and returns the revision."""
        return self.command("settings", "apply", "-", "--yes", text=settings)["revision"]

    def create_consumer(self, name):
        created = self.command("consumer", "create", "--name", name)
        return Consumer(created["id"], created["name"], created["consumer_key"], created["consumer_secret"])

    def create_token(self, consumer):
        args = ["--user", self.email, "--consumer", consumer.id, "--integration", "Client library"]
        created = self.command("token", "create", *args)
        return Token(created["id"], created["token"], created["token_secret"])

    def create_app(self, name, grant, scopes, redirect_uris=(), settings=()):
        args = ["--name", name, "--grant", grant, *settings]
        if grant == "client_credentials":
            args += ["--user", self.email]
        for uri in redirect_uris:
            args += ["--redirect-uri", uri]
        for scope in scopes:
            args += ["--scope", scope]
        created = self.command("oauth-app", "create", *args)
        return App(created["client_id"], created["name"], created["client_secret"])
