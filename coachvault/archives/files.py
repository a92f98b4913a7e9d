"""An archive is one tar file: its members, then a manifest with the checksum of each. A file that is cut short has no manifest.

Written beside its place, 0600, and renamed when whole. The manifest bears the instance's own mark, so that what was changed is found.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

FORMAT: Final = 1
MAIN, SECRETS = "main", "secrets"
MANIFEST: Final = "manifest.json"
NAME: Final = re.compile(r"(main|secrets)-(\d{8}T\d{6}Z)\.tar")
MOMENT: Final = "%Y%m%dT%H%M%SZ"
PIECE: Final = 1 << 20


class Unfit(Exception):
    """Something stands in the way; the text says what, and what cures it. Nothing was written."""


def name_of(kind: str, moment: datetime) -> str:
    """The name of an archive: its kind, and when it was made."""
    return f"{kind}-{moment.astimezone(UTC).strftime(MOMENT)}.tar"


def moment_of(path: Path) -> datetime:
    """When an archive was made, by its name."""
    return datetime.strptime(NAME.fullmatch(path.name)[2], MOMENT).replace(tzinfo=UTC)  # type: ignore[index]


def found(folder: Path, kind: str) -> list[Path]:
    """The archives of a kind in a folder, oldest first."""
    names = [path for path in folder.iterdir() if (match := NAME.fullmatch(path.name)) and match[1] == kind]
    return sorted(names, key=moment_of)


class Hashed:
    """A file that is read once, and hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        """Read from this file."""
        self._file, self._digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Some more of it."""
        piece = self._file.read(size)
        self._digest.update(piece)
        return piece

    def sha256(self) -> str:
        """Of what was read so far."""
        return self._digest.hexdigest()


def canonical(manifest: Mapping[str, Any]) -> str:
    """What the mark is made over: everything but the mark."""
    return json.dumps({name: value for name, value in manifest.items() if name != "mark"}, sort_keys=True)


def write(target: Path, members: Mapping[str, Path | bytes], facts: Mapping[str, Any], mark: Any) -> Path:
    """Write an archive beside its place; what has to be renamed to `target` once everything stands. `mark` makes the mark of a text."""
    new = beside(target)
    manifest: dict[str, Any] = {"format": FORMAT, **facts, "members": {}}
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, content in members.items():
                size = len(content) if isinstance(content, bytes) else content.stat().st_size
                with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source:
                    hashed = Hashed(source)
                    tar.addfile(_header(name, size), hashed)  # type: ignore[arg-type]
                manifest["members"][name] = {"size": size, "sha256": hashed.sha256()}
            manifest["mark"] = mark(canonical(manifest))
            raw = json.dumps(manifest, indent=1).encode()
            tar.addfile(_header(MANIFEST, len(raw)), BytesIO(raw))
        file.flush()
        os.fsync(file.fileno())
    return new


def beside(target: Path) -> Path:
    """Where a file is written before it has its name."""
    return target.with_name(f".{target.name}.new")


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive whose every byte was compared with its checksum."""

    path: Path
    manifest: dict[str, Any]

    @property
    def moment(self) -> datetime:
        """Up to which moment it knows."""
        return datetime.fromisoformat(self.manifest["moment"])

    def names(self, folder: str = "") -> list[str]:
        """Its members, or those of a folder."""
        return [name for name in self.manifest["members"] if name.startswith(folder)]

    def extract(self, name: str, target: Path) -> None:
        """Write one member to a new file, 0600."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tarfile.open(self.path) as tar, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            source = tar.extractfile(name)
            assert source is not None
            while piece := source.read(PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def text(self, name: str) -> str:
        """A short member as text."""
        with tarfile.open(self.path) as tar:
            source = tar.extractfile(name)
            assert source is not None
            return source.read().decode()


def read(path: Path) -> Archive:
    """Read an archive from end to end and compare every checksum. Raises `Unfit`."""
    try:
        with tarfile.open(path) as tar:
            seen = dict(_members(tar))
        manifest = json.loads(seen.pop(MANIFEST))
        whole = {name: (facts["size"], facts["sha256"]) for name, facts in manifest["members"].items()}
        version, kind = manifest["format"], manifest["kind"]
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as no:
        raise Unfit(
            f"{path} is damaged or was cut short. Copy it again from where it is kept, or move it away to use the one before it."
        ) from no
    if version != FORMAT:
        raise Unfit(
            f"{path} is of format {version}, and this version of CoachVault reads format {FORMAT}. Install the version that wrote it."
        )
    if whole != seen or not path.name.startswith(f"{kind}-"):
        raise Unfit(
            f"{path} does not hold what its checksums say. Copy it again from where it is kept, or move it away to use the one before it."
        )
    return Archive(path, manifest)


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, Any]]:
    """Each member: its size and checksum; of the manifest, its bytes."""
    for member in tar:
        source = tar.extractfile(member) if member.isreg() and _is_plain(member.name) else None
        if source is None:
            raise ValueError(member.name)
        if member.name == MANIFEST:
            yield MANIFEST, source.read()
            continue
        hashed = Hashed(source)
        while hashed.read(PIECE):
            pass
        yield member.name, (member.size, hashed.sha256())


def _is_plain(name: str) -> bool:
    """Whether a name leads nowhere but down."""
    return not name.startswith("/") and ".." not in PurePosixPath(name).parts
