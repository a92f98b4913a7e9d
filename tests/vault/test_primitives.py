"""What the primitives close opens with the same key at the same place, and in no other way."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vault import primitives
from vault.primitives import FLOOR, STANDARD, Closed, Cost, KeyPair, PublicKeys

pytestmark = pytest.mark.no_database

KEY, OTHER_KEY, PLACE = b"k" * 32, b"l" * 32, primitives.context("note.body", "here")
FIELD = st.one_of(st.binary(max_size=6), st.text(max_size=4), st.integers(0, 300))
ANNE, BRUNO = KeyPair(bytes(range(128))), KeyPair(bytes(range(1, 129)))


def as_bytes(fields: list[bytes | str | int]) -> list[bytes]:
    return [field if isinstance(field, bytes) else str(field).encode() for field in fields]


@given(st.lists(FIELD, min_size=1, max_size=4), st.lists(FIELD, min_size=1, max_size=4))
@example(["ab", "c"], ["a", "bc"])
@example(["a"], ["a", ""])
@example(["a", b"\0\1b"], ["a", b"", "b"])
def test_two_different_lists_never_give_the_same_context(one: list[bytes | str | int], other: list[bytes | str | int]) -> None:
    same = primitives.context("p", *one) == primitives.context("p", *other)

    assert same == (as_bytes(one) == as_bytes(other))


def test_a_context_is_written_as_the_design_says() -> None:
    assert primitives.context("slot", b"\xff", 12) == b"CV1\0" + b"\0\4slot" + b"\0\1\xff" + b"\0\x0212"


def test_a_field_too_long_for_its_length_is_refused() -> None:
    assert len(primitives.context("p", b"x" * 0xFFFF)) == 4 + 3 + 2 + 0xFFFF
    with pytest.raises(ValueError, match="65,535"):
        primitives.context("p", b"x" * 0x10000)


@given(st.binary(max_size=600), st.binary(max_size=40))
@example(b"", b"")
@example(b"x" * 70_000, b"place")  # several chunks
def test_what_is_sealed_opens_again(plaintext: bytes, place: bytes) -> None:
    sealed = primitives.seal(KEY, plaintext, place)

    assert primitives.unseal(KEY, sealed, place) == plaintext
    assert len(sealed) - 1 - len(plaintext) in {72, 72 + 16 * (len(plaintext) // 16384)}


@given(st.binary(min_size=1, max_size=64))
def test_two_seals_of_the_same_text_are_different(plaintext: bytes) -> None:
    assert primitives.seal(KEY, plaintext, PLACE) != primitives.seal(KEY, plaintext, PLACE)


@pytest.mark.parametrize("bit", [0x01, 0x80])
def test_any_byte_changed_closes_it(bit: int) -> None:
    sealed = primitives.seal(KEY, b"A note", PLACE)

    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= bit
        with pytest.raises(Closed):
            primitives.unseal(KEY, bytes(changed), PLACE)


@pytest.mark.parametrize("length", [6, 16384, 16385, 40_000])
def test_cut_anywhere_or_made_longer_it_stays_closed(length: int) -> None:
    sealed = primitives.seal(KEY, b"n" * length, PLACE)
    cuts = (
        range(len(sealed))
        if length < 100
        else [0, 1, 40, 73, 16384 + 73 - 16, 16384 + 73, len(sealed) - 17, len(sealed) - 16, len(sealed) - 1]
    )

    for damaged in itertools.chain(
        (sealed[:at] for at in cuts if at < len(sealed)), [sealed + b"\0", sealed + sealed[-16:], b"\1" + sealed]
    ):
        with pytest.raises(Closed):
            primitives.unseal(KEY, damaged, PLACE)


@pytest.mark.parametrize(("key", "place"), [(OTHER_KEY, PLACE), (KEY, PLACE + b"\0"), (KEY, b""), (b"short", PLACE), (b"", PLACE)])
def test_another_key_or_another_place_opens_nothing(key: bytes, place: bytes) -> None:
    sealed = primitives.seal(KEY, b"A note", PLACE)

    with pytest.raises(Closed):
        primitives.unseal(key, sealed, place)


def test_a_format_byte_that_is_not_ours_is_refused_before_anything_is_tried() -> None:
    sealed, wrapped = primitives.seal(KEY, b"A note", PLACE), primitives.wrap(b"secret", ANNE.public, b"info")

    for first in (b"", b"\0", b"\2", b"\xff"):
        with pytest.raises(Closed, match="unknown format"):
            primitives.unseal(KEY, first + (sealed[1:] if first else b""), PLACE)
        with pytest.raises(Closed, match="unknown format"):
            ANNE.unwrap(first + (wrapped[1:] if first else b""), b"info")


def test_a_key_is_derived_from_all_of_the_secret_and_all_of_the_info() -> None:
    keys = {primitives.derive(secret, info) for secret in (b"a" * 32, b"a" * 33) for info in (b"", b"x", b"y")}

    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}
    assert primitives.derive(bytes.fromhex("0b" * 22), b"").hex().startswith("8da4e775a563c18f")  # RFC 5869, A.3


def test_random_keys_differ() -> None:
    keys = {primitives.random_key() for _ in range(50)}

    assert len(keys) == 50
    assert {len(key) for key in keys} == {32}


@given(st.binary(max_size=3000))
@example(b"")
@example(b"\0\0")
@example(b"x" * 252)  # it fills the smallest size
@example(b"x" * 268)
def test_a_padded_text_comes_back(text: bytes) -> None:
    assert primitives.unpad(primitives.pad(text)) == text


@given(st.integers(0, 2**24))
def test_padded_sizes_are_those_of_padme_and_at_least_256(length: int) -> None:
    size = primitives.padded_size(length)

    assert size >= max(length, 256)
    assert size <= max(256, length + length * 12 // 100)  # never more than 12 % longer
    assert primitives.padded_size(size) == size
    if length > 256:
        exponent = length.bit_length() - 1
        kept = exponent.bit_length() + 1  # leading bits of the size that may differ from zero
        assert size % (1 << (size.bit_length() - kept)) == 0


@pytest.mark.parametrize(
    ("length", "size"), [(0, 256), (256, 256), (257, 272), (272, 272), (273, 288), (1000, 1024), (1025, 1088), (9999, 10240)]
)
def test_some_sizes_known_by_hand(length: int, size: int) -> None:
    assert primitives.padded_size(length) == size


def test_all_short_texts_are_as_long_as_each_other() -> None:
    assert {len(primitives.pad(b"x" * length)) for length in range(253)} == {256}
    assert len(primitives.pad(b"x" * 253)) == 272


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\0\0\0",
        primitives.pad(b"text")[:-1],
        primitives.pad(b"text") + b"\0",
        primitives.pad(b"text") + bytes(16),
        primitives.pad(b"text")[:-1] + b"x",
        b"\0\0\0\x03" + primitives.pad(b"text")[4:],
        b"\0\0\1\0" + bytes(252),  # says that it is longer than it is
        b"\xff\xff\xff\xff" + bytes(252),
    ],
)
def test_padding_that_is_not_exactly_ours_is_refused(damaged: bytes) -> None:
    with pytest.raises(Closed, match="not a padded text"):
        primitives.unpad(damaged)


def test_no_byte_but_zero_is_padding() -> None:
    for byte in range(1, 256):
        with pytest.raises(Closed):
            primitives.unpad(primitives.pad(b"text")[:-1] + bytes([byte]))


@given(st.binary(max_size=64), st.binary(max_size=64))
@settings(max_examples=30)
def test_what_is_wrapped_opens_for_the_right_person_and_the_right_info(secret: bytes, info: bytes) -> None:
    wrapped = primitives.wrap(secret, ANNE.public, info)

    assert ANNE.unwrap(wrapped, info) == secret
    with pytest.raises(Closed):
        BRUNO.unwrap(wrapped, info)
    with pytest.raises(Closed):
        ANNE.unwrap(wrapped, info + b"\0")


def test_a_wrapped_key_is_as_long_as_the_design_says() -> None:
    assert len(primitives.wrap(b"s" * 32, ANNE.public, b"")) == 1 + 1168


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_byte_of_a_wrapped_key_changed_or_cut_closes_it(data: st.DataObject) -> None:
    wrapped = primitives.wrap(b"s" * 32, ANNE.public, b"info")
    at = data.draw(st.integers(0, len(wrapped) - 1))
    changed = bytearray(wrapped)
    changed[at] ^= data.draw(st.integers(1, 255))

    for damaged in (bytes(changed), wrapped[:at], wrapped + b"\0"):
        with pytest.raises(Closed):
            ANNE.unwrap(damaged, b"info")


def test_a_signature_holds_for_its_signer_and_its_message_only() -> None:
    signature = ANNE.sign(b"message")

    primitives.check_signature(ANNE.public, b"message", signature)
    damaged = bytes([signature[0] ^ 1]) + signature[1:]
    for public, message, shown in [
        (BRUNO.public, b"message", signature),
        (ANNE.public, b"message ", signature),
        (ANNE.public, b"message", damaged),
        (ANNE.public, b"message", b""),
        (PublicKeys(ANNE.public.sealing, b"short"), b"message", signature),
    ]:
        with pytest.raises(Closed):
            primitives.check_signature(public, message, shown)


def test_a_key_pair_is_its_seed_and_its_halves_do_not_mix() -> None:
    seed = KeyPair.new_seed()

    assert seed != KeyPair.new_seed()
    assert KeyPair(seed).public == KeyPair(seed).public
    assert (len(KeyPair(seed).public.sealing), len(KeyPair(seed).public.signing)) == (1216, 32)
    for at in (0, 31, 64, 95, 96, 127):
        changed = bytearray(seed)
        changed[at] ^= 0x10  # a bit that X25519 does not ignore
        assert KeyPair(bytes(changed)).public != KeyPair(seed).public
    for length in (0, 127, 129):
        with pytest.raises(Closed, match="not a key pair"):
            KeyPair(bytes(length))


def test_what_stored_fingerprints_and_vouchers_name_is_still_named_so() -> None:
    assert ANNE.public.fingerprint().hex() == "3f241b7daa668ddc1a05a840a31998e9bf1cbb5ef5fb98dc2c6e46560a7fa66f"
    voucher = primitives.voucher(b"message", b"signature")
    assert voucher.hex() == "095b4e46091515a150408f94c19efb83f2f6c4708946e034bd8336dc77b45612"


def test_a_voucher_is_for_one_signature_of_one_message() -> None:
    mine = ANNE.sign(b"message")
    old = PublicKeys(BRUNO.public.sealing, BRUNO.public.signing, replaced=(ANNE.public.signing,))
    vouched = replace(old, vouched=frozenset({primitives.voucher(b"message", mine), primitives.voucher(b"other", b"forged")}))

    primitives.check_signature(vouched, b"message", mine)
    for message in (b"other", b"third"):
        with pytest.raises(Closed):
            primitives.check_signature(vouched, message, ANNE.sign(message))
    primitives.check_signature(old.ever(), b"third", ANNE.sign(b"third"))
    assert old.ever() == BRUNO.public


def test_a_fingerprint_of_keys_names_both_of_them() -> None:
    one, other = ANNE.public, BRUNO.public
    mixed = [
        one,
        other,
        PublicKeys(one.sealing, other.signing),
        PublicKeys(other.sealing, one.signing),
        PublicKeys(one.sealing + b"x", one.signing),
    ]

    assert len({keys.fingerprint() for keys in mixed}) == 5
    assert PublicKeys(b"ab", b"c").fingerprint() != PublicKeys(b"a", b"bc").fingerprint()


@pytest.mark.parametrize(
    ("memory", "passes", "lanes"),
    [
        (19 * 1024 - 1, 2, 1),
        (1024 * 1024 + 1, 2, 1),
        (19 * 1024, 1, 1),
        (19 * 1024, 17, 1),
        (19 * 1024, 2, 0),
        (19 * 1024, 2, 9),
        (0, 0, 0),
    ],
)
def test_a_cost_below_the_floor_or_above_the_ceiling_is_refused(memory: int, passes: int, lanes: int) -> None:
    with pytest.raises(Closed, match="cost"):
        Cost(memory, passes, lanes)


def test_the_floor_the_standard_and_the_ceiling_are_accepted() -> None:
    assert Cost(19 * 1024, 2, 1) == FLOOR
    assert Cost(1024 * 1024, 16, 8).lanes == 8
    assert Cost(128 * 1024, 4, 2) == STANDARD


def test_a_passphrase_is_the_same_however_it_was_typed() -> None:
    composed, apart = "É\u2126 et caf\u00e9", unicodedata.normalize("NFD", "É\u03a9 et caf\u00e9")
    salt = b"s" * 16

    key = primitives.stretch(composed, salt, FLOOR)

    assert primitives.stretch(apart, salt, FLOOR) == key
    assert primitives.stretch(f"  {composed}\n", salt, FLOOR) == key
    assert primitives.stretch("\uff45t", salt, FLOOR) == primitives.stretch("et", salt, FLOOR)  # a full-width letter
    assert len(key) == 32


def test_passphrase_salt_and_cost_all_change_the_key() -> None:
    keys = {
        primitives.stretch("a passphrase", b"s" * 16, FLOOR),
        primitives.stretch("a Passphrase", b"s" * 16, FLOOR),
        primitives.stretch("a  passphrase", b"s" * 16, FLOOR),
        primitives.stretch("a passphrase", b"t" * 16, FLOOR),
        primitives.stretch("a passphrase", b"s" * 16, Cost(20 * 1024, 2, 1)),
        primitives.stretch("a passphrase", b"s" * 16, Cost(19 * 1024, 3, 1)),
        primitives.stretch("a passphrase", b"s" * 16, Cost(19 * 1024, 2, 2)),
    }

    assert len(keys) == 7


def test_a_keyed_digest_is_hmac_sha_256() -> None:
    assert (
        primitives.keyed_digest(b"Jefe", b"what do ya want for nothing?").hex().startswith("5bdcc146bf60754e6a042426089575c7")
    )  # RFC 4231, case 2


def test_a_text_s_fingerprint_needs_its_32_bytes_of_salt() -> None:
    salt = b"s" * 32

    assert primitives.fingerprint(salt, "text") != primitives.fingerprint(b"t" * 32, "text")
    assert primitives.fingerprint(salt, "text") != primitives.fingerprint(salt, "text ")
    assert len(primitives.fingerprint(salt, "text")) == 32
    for short in (b"", b"s" * 31, b"s" * 33):
        with pytest.raises(ValueError, match="32 bytes"):
            primitives.fingerprint(short, "text")


def test_no_key_pair_shows_its_keys() -> None:
    seed = KeyPair.new_seed()
    pair = KeyPair(seed)

    for shown in (repr(pair), str(pair), f"{pair}", repr(vars(pair))):
        assert not any(seed[i : i + 4].hex() in shown or repr(seed[i : i + 4])[2:-1] in shown for i in range(0, 128, 4))
