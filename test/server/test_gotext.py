# SPDX-License-Identifier: Apache-2.0
"""Texts as Go reads and words them."""

from __future__ import annotations

import pytest

from kfp_server_api.server.gotext import bad_escape, decode_base64, json_error, quote, unescape


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a b", '"a b"'),
        ('"\\', r'"\"\\"'),
        ("\n\t\x00\x7f", r'"\n\t\x00\x7f"'),
        ("é日😀", '"é日😀"'),
        ("\u200b\U000e0001", r'"\u200b\U000e0001"'),
        ("\udcff", r'"\xff"'),
    ],
)
def test_a_text_is_quoted_as_percent_q_writes_it(text: str, quoted: str) -> None:
    assert quote(text) == quoted


def test_plus_and_escapes_of_a_query_are_decoded() -> None:
    assert unescape("a+b%20%C3%A9%2B") == "a b é+"


@pytest.mark.parametrize("text", ["100%", "%zz", "%4"])
def test_a_percent_sign_that_begins_no_escape_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid URL escape"):
        unescape(text)


def test_a_bad_escape_is_shown_with_its_two_characters() -> None:
    assert bad_escape(b"a=%zzz") == 'invalid URL escape "%zz"'


@pytest.mark.parametrize(("text", "data"), [("", b""), ("YQ==", b"a"), ("YWI=", b"ab"), ("YW\r\nJj", b"abc")])
def test_base64_is_read(text: str, data: bytes) -> None:
    assert decode_base64(text) == data


@pytest.mark.parametrize(
    ("text", "at"), [("!!!", 0), ("YQ", 0), ("YWJjY", 4), ("YQ=", 3), ("YQ=a", 2), ("YQ==x", 4), ("=", 0), ("YW-j", 2)]
)
def test_base64_that_is_none_is_refused_with_its_byte(text: str, at: int) -> None:
    with pytest.raises(ValueError, match=f"^illegal base64 data at input byte {at}$"):
        decode_base64(text)


@pytest.mark.parametrize("text", ["{}", ' {"a": [1, -0.5e+3, "\\u00e9", true, null, {}]} ', '"a"', "[]"])
def test_json_is_accepted(text: str) -> None:
    assert json_error(text.encode()) == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "unexpected end of JSON input"),
        ('{"a"', "unexpected end of JSON input"),
        ("x", "invalid character 'x' looking for beginning of value"),
        ("{a}", "invalid character 'a' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 2}', "invalid character '2' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("{} x", "invalid character 'x' after top-level value"),
        ("nul!", "invalid character '!' in literal null (expecting 'l')"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ('"\\u00g0"', "invalid character 'g' in \\u hexadecimal character escape"),
        ('"\n"', "invalid character '\\n' in string literal"),
        ("'", "invalid character '\\'' looking for beginning of value"),
        ("[" * 10_001, "exceeded max depth"),
    ],
)
def test_json_that_is_none_is_refused_as_encoding_json_does(text: str, problem: str) -> None:
    assert json_error(text.encode()) == problem


def test_what_follows_a_json_value_may_count_for_nothing() -> None:
    assert json_error(b"{} x", whole=False) == ""
