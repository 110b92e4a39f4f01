"""Fuzz the parsers: `python tests/fuzz/run.py SECONDS [TARGET…]`, coverage-guided with atheris where it is installed.

Every target gets its share of the seconds in a process of its own, so that a crash or a hang of one stops nothing. A finding
is written to `fuzz-findings/`, and the exit status is then 1. Without atheris, inputs are seeds damaged at random.
"""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import random
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

FINDINGS = Path("fuzz-findings")


def damaged(seeds: tuple[bytes, ...], rng: random.Random) -> bytes:
    """A seed with bytes changed, taken out, repeated or swapped with those of another seed."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 4, 8, 64))
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                other = rng.choice(seeds)
                start = rng.randrange(len(other) + 1)
                data[at : at + length] = other[start : start + length]
            case 4:
                data[at : at + length] = rng.choice(
                    (b"-1", b"0", b"999999999999", b"1e400", b"nan", b"\xff" * 8)
                )
            case 5:
                del data[at:]
        if not data:
            data = bytearray(b"\0")
    return bytes(data)


def plainly(name: str, seconds: float, seed: int = 0) -> int:
    """Damaged seeds for so long; how many inputs. Raises whatever a target raises, and TimeoutError for a slow one."""
    from fuzz.targets import SECONDS, TARGETS, seeds

    target, rng, count = TARGETS[name], random.Random(seed), 0
    for seed_input in seeds(name):
        target(seed_input)
    end = time.monotonic() + seconds
    while (begun := time.monotonic()) < end:
        data = damaged(seeds(name), rng)
        try:
            target(data)
            if time.monotonic() - begun > SECONDS:
                raise TimeoutError(f"{name}: {time.monotonic() - begun:.0f} s")
        except Exception:
            FINDINGS.mkdir(exist_ok=True)
            (FINDINGS / f"{name}-{count}").write_bytes(data)
            raise
        count += 1
    return count


def guided(name: str, seconds: int) -> None:
    """Atheris over one target; it ends the process."""
    import atheris

    import guotu.kernel.loops
    import guotu.quality.loops

    for module in pkgutil.iter_modules(guotu.kernel.loops.__path__, "guotu.kernel.loops."):
        importlib.import_module(module.name)
    with atheris.instrument_imports(include=["guotu.ingest", "guotu.kernel", "guotu.model.expression_text"]):
        from fuzz.targets import SECONDS, TARGETS, seeds

    folder = Path(tempfile.mkdtemp(prefix="guotu-corpus-"))
    for number, data in enumerate(seeds(name)):
        (folder / str(number)).write_bytes(data)
    FINDINGS.mkdir(exist_ok=True)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS:.0f}",
        "-rss_limit_mb=4096",
        "-max_len=200000",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FINDINGS}/{name}-", str(folder)], TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    from fuzz.targets import TARGETS

    seconds, names = float(sys.argv[1]), sys.argv[2:] or list(TARGETS)
    found = 0
    for name in names:
        share = seconds / len(names)
        has_atheris = importlib.util.find_spec("atheris") is not None
        mode = "--guided" if has_atheris else "--plain"
        command = [sys.executable, __file__, mode, name, str(int(share) or 1)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        last = [
            line for line in (done.stdout + done.stderr).splitlines() if "DONE" in line or "inputs" in line
        ]
        print(f"{name:12} {share:6.0f} s  exit {done.returncode}  {last[-1] if last else ''}", flush=True)
        if done.returncode:
            found += 1
            told = done.stdout + done.stderr
            print(told[max(told.find("Uncaught Python exception"), told.find("Traceback")) :][:3000])
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1] == "--guided":
        guided(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "--plain":
        try:
            print(f"{plainly(sys.argv[2], float(sys.argv[3]), os.getpid())} inputs")
        except Exception:
            traceback.print_exc()
            sys.exit(1)
    else:
        sys.exit(main())
