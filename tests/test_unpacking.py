"""What comes out of a zip or gzip is bounded, and a hostile one is refused in one sentence."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.importers import unpacking
from ingest.importers.unpacking import copy_member, gunzip, members, open_member


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(IngestError) as raised:
        members(path)
    return str(raised.value)


def test_the_files_of_a_zip_are_listed_without_folders_and_what_macos_adds(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        {"a/": b"", "a/walk.tcx": b"xx", "__MACOSX/a/._walk.tcx": b"y", "a/._b": b"", "ü.fit": b""},
    )
    assert [(one.name, one.size) for one in members(path)] == [("a/walk.tcx", 2), ("ü.fit", 0)]
    with open_member(path, "a/walk.tcx") as file:
        assert file.read() == b"xx"
    copy_member(path, "a/walk.tcx", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"xx"
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["../a.fit", "/etc/a.fit", "a/../../b", "C:\\a.fit", "..\\a.fit"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", {name: b"x"})
    assert "leads elsewhere" in refused(path)
    with pytest.raises(IngestError), open_member(path, name):
        pass


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.fit")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "a link instead of a file" in refused(tmp_path / "a.zip")


def test_a_locked_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(tmp_path / "a.zip", {"a.fit": b"x"}).read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    assert "locked with a password" in refused(tmp_path / "a.zip")


def test_only_what_every_program_packs_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.fit": b"x"}, zipfile.ZIP_LZMA)
    assert "does not know" in refused(path)


def test_a_bomb_stops_long_before_it_is_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1 << 16)
    path = zipped(tmp_path / "a.zip", {"a.xml": bytes(20 << 20)})
    parts: list[int] = []
    with (
        open_member(path, "a.xml") as file,
        pytest.raises(IngestError, match="far more than any real file"),
    ):
        parts.extend(len(part) for part in iter(lambda: file.read(1 << 16), b""))
    assert 0 < sum(parts) <= 201 * path.stat().st_size
    with (
        pytest.raises(IngestError, match="far more"),
        open_member(path, "a.xml", most_bytes=1000, most_ratio=1e9) as file,
    ):
        file.read()
    packed = tmp_path / "a.gz"
    packed.write_bytes(gzip.compress(bytes(20 << 20)))
    with pytest.raises(IngestError, match="far more"):
        gunzip(packed)
    with pytest.raises(IngestError, match="far more"):
        gunzip(packed, most_bytes=1000)


def test_a_zip_that_lies_about_a_size_breaks_where_it_lies(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.xml": b"long enough " * 100})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 10)
    path.write_bytes(content)
    with pytest.raises(IngestError, match="damaged"), open_member(path, "a.xml") as file:
        file.read()


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """As in 42.zip's successor: many entries of the list tell of the same bytes."""
    content = zipped(tmp_path / "a.zip", {"a.xml": bytes(100_000)}).read_bytes()
    at, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    entries = b"".join(
        content[at:end].replace(b"a.xml", f"{letter}.xml".encode()) for letter in "abcdefgh"
    )
    last = bytearray(content[end:])
    struct.pack_into("<HHI", last, 8, 8, 8, len(entries))
    (tmp_path / "b.zip").write_bytes(content[:at] + entries + last)
    assert len(zipfile.ZipFile(tmp_path / "b.zip").namelist()) == 8
    assert "lie on top of each other" in refused(tmp_path / "b.zip")


def test_too_many_files_are_refused_before_their_list_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "a.zip", {f"{n}.fit": b"" for n in range(30)})
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 29)
    assert "more files than any export" in refused(path)
    content = bytearray(path.read_bytes())
    at = content.rindex(b"PK\5\6")
    sixty_four = b"PK\6\6" + bytes(28) + struct.pack("<QQQ", 1 << 40, 1 << 50, 0)
    locator = b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    path.write_bytes(content[:at] + sixty_four + locator + content[at:])
    assert f"({1 << 40})" in refused(path)


def test_a_torn_file_is_one_sentence(tmp_path: Path) -> None:
    content = zipped(tmp_path / "a.zip", {"a.fit": bytes(range(256)) * 50}).read_bytes()
    (tmp_path / "a.zip").write_bytes(content[:-30])
    assert refused(tmp_path / "a.zip") == (
        "a.zip is no whole zip file. Nothing was imported. Copy or download it again."
    )
    damaged = bytearray(content)
    damaged[80] ^= 255
    (tmp_path / "a.zip").write_bytes(damaged)
    with (
        pytest.raises(IngestError, match=r"damaged where it holds a\.fit"),
        open_member(tmp_path / "a.zip", "a.fit") as file,
    ):
        file.read()
    packed = tmp_path / "a.fit.gz"
    for torn in (gzip.compress(b"x" * 1000)[:-5], b"", b"\x1f\x8b\x08garbage", b"plain"):
        packed.write_bytes(torn)
        if torn:
            with pytest.raises(IngestError, match="no whole gzip"):
                gunzip(packed)
    packed.write_bytes(gzip.compress(b"one") + gzip.compress(b"two"))
    assert gunzip(packed) == b"onetwo"


@given(
    content=st.binary(max_size=300),
    at=st.integers(0, 400),
    new=st.binary(min_size=1, max_size=8),
)
def test_any_bytes_are_a_list_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, at: int, new: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.zip"
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.tcx", content)
        archive.writestr("b/c.fit", content[::-1])
    damaged = bytearray(whole.getvalue())
    damaged[at : at + len(new)] = new
    for tried in (content, bytes(damaged)):
        path.write_bytes(tried)
        with contextlib.suppress(IngestError):
            for one in members(path):
                with open_member(path, one.name) as file:
                    file.read()
        with contextlib.suppress(IngestError):
            gunzip(path)
