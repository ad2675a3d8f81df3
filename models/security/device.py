"""Who this installation is when files are exchanged: an Ed25519 pair that signs and an age (X25519) pair that unseals.

The secrets are kept inside the encrypted casebook and nowhere else; the public halves travel on the sync card.
"""

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def new_device_keys() -> dict[str, str]:
    """Fresh keys as text: sign_secret and sign_public (hex, 32 bytes each), age_secret and age_public (age's form)."""
    signing = Ed25519PrivateKey.generate()
    age_secret, age_public = new_sealing_keys()
    return {
        "sign_secret": signing.private_bytes_raw().hex(),
        "sign_public": signing.public_key().public_bytes_raw().hex(),
        "age_secret": age_secret,
        "age_public": age_public,
    }


def new_sealing_keys() -> tuple[str, str]:
    """A fresh age pair: secret and public half, in age's form."""
    sealing = pyrage.x25519.Identity.generate()
    return str(sealing), str(sealing.to_public())


def sign(sign_secret: str, data: bytes) -> bytes:
    """The 64-byte Ed25519 signature over some bytes. Raises ValueError where the secret is none."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sign_secret)).sign(data)


def verify(sign_public: str, signature: bytes, data: bytes) -> bool:
    """Whether a signature over these bytes was made by the holder of a key; a malformed key verifies nothing."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(sign_public)).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(age_publics: list[str], data: bytes) -> bytes:
    """Bytes that only the holders of these keys can read (age file). Raises ValueError where a key is none."""
    try:
        return bytes(pyrage.encrypt(data, [pyrage.x25519.Recipient.from_str(public) for public in age_publics]))
    except (pyrage.RecipientError, pyrage.EncryptError) as trouble:
        raise ValueError("no such recipient") from trouble


def unseal(age_secret: str, sealed: bytes) -> bytes | None:
    """What was sealed to this installation; None where it was sealed to somebody else or was changed on the way."""
    try:
        return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(age_secret)]))
    except (pyrage.IdentityError, pyrage.DecryptError):
        return None
