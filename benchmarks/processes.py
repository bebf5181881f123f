"""Programs that are started, watched and ended together with everything they started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15.0
_PARENT_DEATH_SIGNAL, _CHILD_SUBREAPER = 1, 36  # options of Linux's prctl


class ProgramFailed(Exception):
    """A program ended, was late or did not answer; the message holds the end of its log."""


@dataclass(frozen=True)
class Memory:
    """Of all processes, in MB. `proportional` counts a page that several share once."""

    resident: float
    proportional: float
    processes: int


class Program:
    """A running command with its children. Leaving its context ends them all; one at a time."""

    def __init__(
        self, command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = " ".join(Path(part).name for part in command[:2])
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread runs when we start it
            )

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *unused: object) -> None:
        self.stop()

    def check(self) -> None:
        """Raises ProgramFailed when it has ended."""
        if self.process.poll() is not None:
            raise self.failed(f"ended with code {self.process.returncode}")

    def finish(self, limit: float) -> None:
        """Wait for its good end. Raises ProgramFailed after `limit` seconds or on another code."""
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            raise self.failed(f"was not done after {limit:.0f} s") from None
        if self.process.returncode:
            raise self.failed(f"ended with code {self.process.returncode}")

    def failed(self, what: str) -> ProgramFailed:
        last = self.log.read_text("utf-8", errors="replace")[-2000:]
        return ProgramFailed(f"{self.name} {what}. The end of its log:\n{last}")

    def memory(self) -> Memory:
        """What it and its children hold now."""
        family = [self.process.pid, *descendants(self.process.pid)]
        kept = [_memory_of(pid) for pid in family]
        return Memory(
            resident=sum(resident for resident, _ in kept) / 1e6,
            proportional=sum(proportional for _, proportional in kept) / 1e6,
            processes=sum(1 for resident, _ in kept if resident),
        )

    def processor_seconds(self) -> float:
        """Processor time that it and its living children have used."""
        family = [self.process.pid, *descendants(self.process.pid)]
        ticks = sum(int(f[11]) + int(f[12]) for f in map(_stat, family) if f)
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Ask it to end, then make it and whatever it left behind."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        while left := descendants(os.getpid()):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def adopt_orphans() -> None:
    """From now on a process whose parent ended becomes our child, so that `stop` finds it."""
    _prctl(_CHILD_SUBREAPER, 1)


def free_ports(number: int) -> list[int]:
    """Ports of this machine that nothing listens on."""
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def descendants(pid: int) -> list[int]:
    """Ids of the children of a process, their children and so on."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        new = children.get(waiting.pop(), [])
        waiting.extend(new)
        found.extend(new)
    return found


def _end_with_parent() -> None:
    # When this script is killed without a chance to tidy up, the programs are told to end too.
    _prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value)


def _memory_of(pid: int) -> tuple[int, int]:
    """Resident and proportional bytes; zeros for a process that has gone."""
    sizes = {"Rss": 0, "Pss": 0}
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            name, _, rest = line.partition(":")
            if name in sizes:
                sizes[name] = int(rest.split()[0]) * 1024
    except (OSError, ValueError):
        return 0, 0
    return sizes["Rss"], sizes["Pss"]


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat after the name, which may hold spaces; None when it has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
