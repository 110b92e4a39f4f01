"""A private PostgreSQL server with PostGIS for tests: a fresh cluster on a free port of the loopback, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWNER, SECRET = "owner", "Ke-7z!口令"
"""The superuser and his password, which must never be seen again."""
_OPTIONS = {
    "shared_buffers": "16MB", "fsync": "off", "full_page_writes": "off", "max_connections": "20", "jit": "off",
    "listen_addresses": "127.0.0.1", "autovacuum": "off",
}  # fmt: skip


@dataclass(frozen=True)
class Server:
    """Where it listens."""

    port: int

    @property
    def allow(self) -> str:
        return f"postgresql://127.0.0.1:{self.port}=127.0.0.0/8"

    def url(self, table: str, *, user: str = OWNER, password: str = SECRET, more: str = "") -> str:
        from urllib.parse import quote

        return f"postgresql://{user}:{quote(password)}@127.0.0.1:{self.port}/guotu?table={quote(table)}{more}"

    def connect(self, database: str = "guotu", **more: Any) -> Any:
        import psycopg

        given = {"user": OWNER, "password": SECRET, **more}
        return psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=database, autocommit=True, connect_timeout=30, **given
        )


def programs() -> Path | None:
    """The newest server's programs with PostGIS, None where there is none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        control = Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control")
        if (folder / "initdb").exists() and control.exists():
            return folder
    return None


@contextmanager
def server() -> Iterator[Server]:
    """A running server; as the user `nobody` where the tests run as root, which PostgreSQL will not."""
    found = programs()
    assert found is not None
    user = "nobody" if os.geteuid() == 0 else None
    base = Path(tempfile.mkdtemp(prefix="guotu-pg-"))
    (base / "secret").write_text(SECRET)
    if user:
        for path in (base, base / "secret"):
            os.chown(path, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    group = pwd.getpwnam(user).pw_gid if user else None

    def run(*command: str) -> None:
        subprocess.run(
            command,
            user=user,
            group=group,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, log = str(base / "data"), str(base / "log")
    options = " ".join(f"-c {name}={value}" for name, value in _OPTIONS.items())
    try:
        run(str(found / "initdb"), "-D", data, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={base / 'secret'}",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        run(
            str(found / "pg_ctl"),
            "-D",
            data,
            "-w",
            "-t",
            "120",
            "-l",
            log,
            "-o",
            f"{options} -p {port} -k {base}",
            "start",
        )
        try:
            running = Server(port)
            with running.connect("postgres") as connection:
                connection.execute("CREATE DATABASE guotu")
            with running.connect() as connection:
                connection.execute("CREATE SCHEMA gis; CREATE EXTENSION postgis SCHEMA gis")
            yield running
        finally:
            run(str(found / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(base, ignore_errors=True)
