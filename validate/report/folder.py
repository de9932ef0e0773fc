"""Writing into a folder: asked before anything runs, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def check_writable(folder: Path) -> None:
    """Raise `ValueError` unless a file can be written in `folder`; nothing is left behind.

    Parameters
    ----------
    folder :
        A folder that exists, or one that can be made.
    """
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        if not nearest.is_dir():
            raise NotADirectoryError(20, "it is not a folder", str(nearest))
        # Permission bits do not tell what a read-only or virtual file system refuses.
        handle, name = tempfile.mkstemp(dir=nearest, prefix=".scalinglaws-")
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(
            f"`report` is {str(folder)!r}, which cannot be written ({nearest}: {reason}); give another folder"
        ) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees a part of it.

    Parameters
    ----------
    path :
        The file; its folder is made when it is missing.
    text :
        What it holds, written as UTF-8.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        # A temporary file is private; a report is written with the permissions of any other file.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
