"""A file system of its own, which can be filled, made read-only and cut from its power while others write to it.

ext4 behind a loop device. :meth:`Disk.cut` uses the file system's own shutdown (``EXT4_IOC_SHUTDOWN``, as xfstests'
``godown`` does) without flushing its journal: whatever was written and not synced is gone after the next mount.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

SHUTDOWN, NO_FLUSH = 0x8004587D, 2
PATIENCE = 100
"""Tenths of a second."""


class Disk:
    """A disk of so many megabytes, mounted at ``path``."""

    def __init__(self, folder: Path, megabytes: int = 96) -> None:
        self.image, self.path = folder / "disk.img", folder / "disk"
        with self.image.open("wb") as handle:
            handle.truncate(megabytes << 20)
        run("mkfs.ext4", "-q", "-m", "0", str(self.image))
        self.path.mkdir()
        self.mount()

    def mount(self) -> None:
        """After repair, as at every start of a machine."""
        subprocess.run(["e2fsck", "-p", str(self.image)], capture_output=True, check=False)
        run("mount", "-o", "loop", str(self.image), str(self.path))
        self.path.chmod(0o755)

    def unmount(self) -> None:
        """Nobody may hold a file open; whoever was just killed lets go in a moment."""
        for _ in range(PATIENCE):
            if not subprocess.run(["umount", str(self.path)], capture_output=True, check=False).returncode:
                return
            time.sleep(0.1)
        run("umount", str(self.path))

    def cut(self) -> None:
        """The power goes: from now on everything fails, and what was not synced is lost."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_FLUSH))
        finally:
            os.close(descriptor)

    def fail(self) -> None:
        """The kernel makes it read-only at once, open files and all, as it does after an error of the device."""
        run("mount", "-o", "remount,abort", str(self.path))

    def fill(self) -> None:
        """Not a byte is free."""
        with suppress(OSError), (self.path / "ballast").open("wb", buffering=0) as handle:
            while handle.write(bytes(4096)):
                pass

    def free(self) -> None:
        """Somebody has tidied up."""
        (self.path / "ballast").unlink()

    def remove(self) -> None:
        """Let go of it, whatever state it is in."""
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True, check=False)
        self.image.unlink()


def run(*command: str) -> None:
    """A system command that must succeed."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise OSError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")


def why_not() -> str:
    """Why this machine lets nobody mount a disk; empty where it does."""
    if os.geteuid() != 0:
        return "only root can mount a file system"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is missing"
    with tempfile.TemporaryDirectory() as name:
        try:
            disk = Disk(Path(name), 8)
        except OSError as error:
            return str(error)
        disk.remove()
    return ""
