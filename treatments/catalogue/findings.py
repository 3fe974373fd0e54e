"""What is wrong in the files of the catalogue, said so that a person can find it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """A mistake: the file (relative to the catalogue), the key inside it, and a sentence."""

    file: str
    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.sentence}"
