"""Letters of an invented office that seals them, for tests of reading and checking."""

from dataclasses import dataclass, field

from models.records.letter import LetterValue
from models.security import device, letter_seal
from models.sync.card import Card, key_id
from reports.letter import printed_words


@dataclass(frozen=True)
class Sealer:
    """An office with a key of its own."""

    name: str = "示范区样本街道虚构路社区居民委员会"
    keys: dict[str, str] = field(default_factory=device.new_device_keys)

    @property
    def card(self) -> Card:
        """What other offices know of it."""
        sign, age = self.keys["sign_public"], self.keys["age_public"]
        return Card(key_id(sign, age), "device", "120101001001", self.name, sign, age)

    def seal(self, value: LetterValue) -> LetterValue:
        """The letter with its code, as the casebook seals it."""
        payload = letter_seal.payload_of(
            value.number,
            value.issued_on,
            value.valid_until,
            name=value.resident_name,
            document=value.document_masked,
            printed=printed_words(value),
            key_id=self.card.id,
        )
        return value.model_copy(update={"seal": letter_seal.seal(self.keys["sign_secret"], payload)})
