"""A device signs and unseals with its own keys, and with nobody else's."""

import pytest

from models.security.device import new_device_keys, seal, sign, unseal, verify


def test_every_device_has_keys_of_its_own_that_are_plain_text() -> None:
    one, other = new_device_keys(), new_device_keys()
    assert set(one) == {"sign_secret", "sign_public", "age_secret", "age_public"}
    assert all(isinstance(value, str) for value in one.values())
    assert not set(one.values()) & set(other.values())


def test_a_signature_holds_for_these_bytes_and_this_key_only() -> None:
    one, other = new_device_keys(), new_device_keys()
    signature = sign(one["sign_secret"], b"a batch")
    assert len(signature) == 64
    assert verify(one["sign_public"], signature, b"a batch")
    assert not verify(one["sign_public"], signature, b"a match")
    assert not verify(other["sign_public"], signature, b"a batch")
    assert not verify(one["sign_public"], bytes([signature[0] ^ 1]) + signature[1:], b"a batch")


@pytest.mark.parametrize("key", ["", "00", "not hex", "ff" * 33])
def test_a_malformed_public_key_verifies_nothing(key: str) -> None:
    assert not verify(key, sign(new_device_keys()["sign_secret"], b"a"), b"a")


def test_what_is_sealed_to_two_offices_both_can_read_and_no_third() -> None:
    one, two, three = new_device_keys(), new_device_keys(), new_device_keys()
    sealed = seal([one["age_public"], two["age_public"]], "居民".encode())
    assert "居民".encode() not in sealed
    assert unseal(one["age_secret"], sealed) == unseal(two["age_secret"], sealed) == "居民".encode()
    assert unseal(three["age_secret"], sealed) is None
    assert unseal(one["age_secret"], sealed[:-1]) is None
    assert unseal("no key", sealed) is None


def test_sealing_to_something_that_is_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="recipient"):
        seal(["age1nobody"], b"a")
