# SPDX-License-Identifier: Apache-2.0
"""Files whose content grows when it is read: refused before more was made of them than may be."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterable

import pytest

from kfp_server_api.server.limits import DEEPEST, LARGEST, MOST_COLLECTIONS, MOST_VALUES
from kfp_server_api.server.packages.archive import UnreadableFileError, read_file
from kfp_server_api.server.packages.yaml_documents import read_documents

MIB = 1 << 20


def zipped(method: int, *blocks: bytes, entries: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number in range(entries):
            with archive.open(f"{number}.yaml", "w") as entry:
                for block in blocks:
                    entry.write(block)
    return packed.getvalue()


def gzipped(blocks: Iterable[bytes]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for block in blocks:
            file.write(block)
    return packed.getvalue()


def header(name: str, size: int = 0, **pax: str) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.pax_headers = size, {name.replace("_", "."): value for name, value in pax.items()}
    return info.tobuf(tarfile.PAX_FORMAT)


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_file(name, io.BytesIO(content))
    return str(caught.value)


def test_aliases_of_a_long_text_count_as_often_as_they_are_used() -> None:
    lists = [f"{name}: &{name} [{','.join([f'*{used}'] * 100)}]" for used, name in ("ab", "bc", "cd")]
    with pytest.raises(ValueError, match=f"{LARGEST} bytes, aliases replaced"):
        read_documents("\n".join([f'a: &a "{"x" * 1000}"', *lists]).encode())


def test_lists_and_mappings_have_a_limit_of_their_own() -> None:
    assert len(read_documents(b"[" + b"[]," * (MOST_COLLECTIONS - 1) + b"]")[0]) == MOST_COLLECTIONS - 1
    with pytest.raises(ValueError, match=f"more than {MOST_COLLECTIONS} lists and mappings"):
        read_documents(b"[" + b"{}," * MOST_COLLECTIONS + b"]")


@pytest.mark.parametrize("line", [b"- !!str a\n", b"- &a a\n"], ids=["tag", "anchor"])
def test_a_tag_or_anchor_counts_as_a_value(line: bytes) -> None:
    with pytest.raises(ValueError, match=f"more than {MOST_VALUES} values"):
        read_documents(line * (MOST_VALUES // 2))


def test_aliases_of_aliases_count_as_often_as_they_are_used() -> None:
    lists = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    with pytest.raises(ValueError, match=f"more than {MOST_VALUES} values"):
        read_documents("\n".join(["a0: &a0 x", *lists]).encode())


def test_levels_behind_aliases_count() -> None:
    lists = [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, DEEPEST + 1)]
    with pytest.raises(ValueError, match=f"more than {DEEPEST} levels"):
        read_documents("\n".join(["a0: &a0 x", *lists]).encode())


def test_an_alias_of_what_it_is_in_is_refused() -> None:
    with pytest.raises(ValueError, match="stands for nothing, or for what it is in"):
        read_documents(b"&a [*a]")


def test_aliases_are_read_as_what_they_stand_for() -> None:
    assert read_documents(b"a: &x [1, {b: c}]\nd: *x\ne: &x 2\nf: *x") == [
        {"a": [1, {"b": "c"}], "d": [1, {"b": "c"}], "e": 2, "f": 2}
    ]


def test_a_list_of_more_values_is_refused() -> None:
    with pytest.raises(ValueError, match=f"more than {MOST_VALUES} values"):
        read_documents(b"- &a [" + b"x," * 1000 + b"]\n" + b"- *a\n" * (MOST_VALUES // 1001 - 2) + b"- a\n" * 2000)


@pytest.mark.parametrize("text", [b"---\n" * 101, b"%TAG !a! tag:x:\n" * 101 + b"--- a"], ids=["documents", "tags"])
def test_many_documents_or_directives_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="more than 100"):
        read_documents(text)


@pytest.mark.parametrize("size", [LARGEST + 1, 10], ids=["honest", "lying"])
def test_a_zip_entry_that_grows_is_not_unpacked(size: int) -> None:
    packed = bytearray(zipped(zipfile.ZIP_DEFLATED, *[bytes(MIB)] * (LARGEST // MIB + 1)))
    directory = packed.rfind(b"PK\x01\x02")
    packed[directory + 24 : directory + 28] = struct.pack("<L", size)
    assert "too large" in (found := refusal("a.zip", bytes(packed))) or "CRC" in found


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_a_zip_entry_that_would_be_unpacked_all_at_once_is_refused(method: int) -> None:
    assert "neither stored nor deflated" in refusal("a.zip", zipped(method, bytes(MIB)))


def test_a_zip_of_many_entries_is_refused() -> None:
    assert "a part of the archive has more than" in refusal("a.zip", zipped(zipfile.ZIP_STORED, entries=20_000))


def test_a_tar_that_grows_is_not_unpacked() -> None:
    content = gzipped([header("a.yaml", 8 << 30), *[bytes(MIB)] * 140])
    assert "the archive holds more than" in refusal("a.tar.gz", content)


def test_a_tar_of_many_entries_is_refused() -> None:
    content = gzipped(header(f"{number}.yaml") for number in range(3000))
    assert "the headers of the archive are too long" in refusal("a.tar.gz", content)


def test_a_tar_with_a_long_map_of_holes_is_refused() -> None:
    sparse = {"GNU_sparse_major": "1", "GNU_sparse_minor": "0", "GNU_sparse_name": "x", "GNU_sparse_realsize": "9"}
    content = gzipped([header("a.yaml", 100 * MIB, **sparse), b"99999999\n", *[b"%063d\n" % 0 * (MIB // 64)] * 2])
    assert "the headers of the archive are too long" in refusal("a.tar.gz", content)


def test_a_gzip_file_of_many_streams_is_refused() -> None:
    assert "more than 1000 gzip streams" in refusal("a.tar.gz", gzip.compress(b"") * 1001)
