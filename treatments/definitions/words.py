"""The words of the catalogue: closed sets that definitions, files and documents share."""

from enum import StrEnum


class CareGroup(StrEnum):
    """How a session is looked after and how it heals: aftercare, recovery checks and red flags hang on it."""

    MN = "CG_MN"
    RFMN = "CG_RFMN"
    MN_SCALP = "CG_MN_SCALP"
    MS_FACE = "CG_MS_FACE"
    MS_BODY = "CG_MS_BODY"
    LIPO = "CG_LIPO"
    MS_SCALP = "CG_MS_SCALP"


class Family(StrEnum):
    """The four kinds of our own treatments that the wash-out tables speak of."""

    MN = "MN"
    RFMN = "RFMN"
    MS = "MS"
    LIPO = "LIPO"


class Tag(StrEnum):
    """To whom a screening item, a consent item or a red flag applies."""

    ALL = "ALL"
    MN = "MN"
    RF = "RF"
    MS = "MS"
    LIPO = "LIPO"
    TXA = "TXA"
    DUT = "DUT"
    HAIR = "HAIR"
    NUMB = "NUMB"


class Role(StrEnum):
    """DOC physician; RX other prescriber, nurse or dentist under prescription; AES certified aesthetician."""

    DOC = "DOC"
    RX = "RX"
    AES = "AES"


class Severity(StrEnum):
    """BLOCK refuses; SIGNOFF refuses until a named clinician gives a reason; ADVISE warns."""

    BLOCK = "BLOCK"
    SIGNOFF = "SIGNOFF"
    ADVISE = "ADVISE"


class Urgency(StrEnum):
    """How soon a clinician answers a red flag; the hours are policies `URGENCY_…_H`."""

    EMERGENCY = "EMERGENCY"
    SAME_DAY = "SAME_DAY"
    NEXT_DAY = "NEXT_DAY"
    SOON = "SOON"
    ROUTINE = "ROUTINE"


class Asked(StrEnum):
    """When a screening item is asked: at the first consultation, or again before every session."""

    FIRST = "first"
    EVERY = "every"


class Region(StrEnum):
    """Part of the body a zone belongs to."""

    FACE = "face"
    NECK = "neck"
    CHEST = "chest"
    HAND = "hand"
    SCALP = "scalp"
    BODY = "body"


class Side(StrEnum):
    """A zone exists in the middle, or once on each side."""

    LEFT = "L"
    RIGHT = "R"
    MIDDLE = "M"


class Need(StrEnum):
    """What a phase of an appointment occupies."""

    ROOM = "room"
    PRACTITIONER = "practitioner"
    DEVICE = "device"


class MessageKind(StrEnum):
    """An aftercare message asks to do, asks not to do, or informs."""

    DO = "DO"
    DONT = "DONT"
    INFO = "INFO"


class Channel(StrEnum):
    """How a pre-treatment message is best sent; `app` is the patient's own page, announced by a link."""

    EMAIL = "email"
    SMS = "sms"
    APP = "app"


class Answer(StrEnum):
    """The shape of an answer to a recovery question."""

    SCORE = "score"
    YES_NO = "yes_no"
    NUMBER = "number"
    CHOICE = "choice"
    PHOTO = "photo"
    TEXT = "text"


class Better(StrEnum):
    """The direction in which an outcome scale improves."""

    LOWER = "lower"
    HIGHER = "higher"


SKIN_TYPES = ("I", "II", "III", "IV", "V", "VI")
