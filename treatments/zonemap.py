"""The zones of catalogue 2.2 as shapes on a face, a scalp and a body, seen from outside. Pure: words and paths.

Side L is the patient's left: on the right hand of whoever looks at a face, on the left hand behind a back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: What every view is as wide as; the other half is the mirror of the drawn one.
WIDTH = 220
MIRROR = f"matrix(-1 0 0 1 {WIDTH} 0)"


@dataclass(frozen=True, slots=True)
class View:
    """One drawing: its outline, and the shapes of zones; sided ones are drawn once, for the patient's left."""

    code: str
    label: str | Promise
    height: int
    outline: str
    middle: dict[str, str]
    left: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One side of one zone. `transform` mirrors the other side; `name` is `ZONE-SIDE`."""

    zone: str
    side: str
    path: str
    transform: str

    @property
    def name(self) -> str:
        """How inputs and shapes find each other."""
        return f"{self.zone}-{self.side}"


FACE = View(
    "face",
    _("face and neck, seen from the front"),
    300,
    "M110 20C168 20 190 68 188 122C186 172 166 212 142 231L146 252L168 296H52L74 252L78 231C54 212 34 172 32 122"
    "C30 68 52 20 110 20ZM32 112Q20 108 22 130Q26 150 36 150M188 112Q200 108 198 130Q194 150 184 150",
    {
        "F_FOREHEAD": "M60 72Q110 30 160 72L150 94Q110 80 70 94Z",
        "F_GLABELLA": "M100 90Q110 87 120 90L119 106Q110 111 101 106Z",
        "F_NOSE_DORSUM": "M103 111H117L120 146H100Z",
        "F_NOSE_ALAR": "M97 149H123Q131 161 121 167H99Q89 161 97 149Z",
        "F_UPPER_LIP": "M93 172Q110 167 127 172L130 185Q110 179 90 185Z",
        "F_LIP_RED": "M88 189Q110 181 132 189Q110 209 88 189Z",
        "F_CHIN": "M90 207Q110 216 130 207L128 229Q110 238 92 229Z",
        "N_SUBMENTAL": "M84 237Q110 250 136 237L133 254Q110 261 87 254Z",
        "N_ANTERIOR": "M88 258Q110 265 132 258L134 294H86Z",
    },
    {
        "F_TEMPLE": "M162 74Q183 92 185 118L171 114Q166 99 153 92Z",
        "F_CROWS_FEET": "M160 113L176 118Q177 128 174 135L160 130Z",
        "F_UPPER_EYELID": "M122 112Q138 98 156 110L155 116Q138 107 123 117Z",
        "F_INFRAORBITAL": "M122 126Q138 133 156 125L155 135Q138 147 123 136Z",
        "F_CHEEK_MEDIAL": "M125 140Q141 151 156 139L159 164Q146 181 131 168Z",
        "F_CHEEK_LATERAL": "M160 135L183 139Q181 167 170 190L151 183Q162 170 163 158Z",
        "F_NASOLABIAL": "M124 166Q137 177 143 197L134 199Q129 181 121 172Z",
        "F_JAWLINE": "M168 194Q157 217 132 230L134 212Q144 206 148 187Z",
        "N_LATERAL": "M138 256L144 240L163 291L138 294Z",
    },
)
SCALP = View(
    "scalp",
    _("scalp, seen from above, the forehead on top"),
    240,
    "M110 14C164 14 192 62 192 118C192 182 156 224 110 224C64 224 28 182 28 118C28 62 56 14 110 14Z"
    "M100 15Q110 2 120 15M28 110Q16 116 29 136M192 110Q204 116 191 136",
    {
        "S_FRONTAL": "M62 54Q110 16 158 54L146 80Q110 60 74 80Z",
        "S_MIDSCALP": "M78 86Q110 68 142 86L146 124H74Z",
        "S_VERTEX": "M76 130H144L137 172Q110 186 83 172Z",
        "S_OCCIPITAL": "M56 180Q78 186 84 178Q110 194 136 178Q142 186 164 180Q144 216 110 218Q76 216 56 180Z",
    },
    {
        "S_TEMPORAL": "M54 62L70 86L67 124H33Q34 88 54 62Z",
        "S_PARIETAL": "M33 130H70L77 172Q64 180 50 173Q35 154 33 130Z",
    },
)
FRONT = View(
    "front",
    _("body, seen from the front"),
    400,
    "M110 6C124 6 130 18 128 32Q127 42 122 48V58Q150 62 164 72Q180 82 183 112L190 190Q196 214 190 236Q180 244 174 230"
    "L168 160L160 120L154 150L160 210Q164 250 156 300L150 392H124L114 240H106L96 392H70L64 300Q56 250 60 210L66 150"
    "L60 120L52 160L46 230Q40 244 30 236Q24 214 30 190L37 112Q40 82 56 72Q70 62 98 58V48Q93 42 92 32C90 18 96 6 110 6Z",
    {
        "C_DECOLLETE": "M80 66Q110 80 140 66L150 90Q110 102 70 90Z",
        "B_ABDOMEN_UP": "M86 134H134L133 168H87Z",
        "B_ABDOMEN_LOW": "M87 172H133L136 200Q110 224 84 200Z",
    },
    {
        "C_BREAST": "M113 104Q132 92 152 98Q156 124 134 131Q114 129 113 104Z",
        "B_UPPER_ARM": "M162 80Q176 88 178 112L181 150L168 152L162 116Z",
        "B_FLANK": "M138 138L150 134L153 200L140 202Z",
        "H_DORSUM": "M176 200L190 202Q194 218 188 233Q180 238 177 228Z",
        "B_THIGH_OUTER": "M144 208L158 208Q161 252 154 296L148 298Z",
        "B_THIGH_FRONT": "M124 218L141 208L145 300L128 300Z",
        "B_THIGH_INNER": "M113 228L121 220L125 300L118 300Z",
        "B_KNEE_INNER": "M118 304L131 304L131 332L121 332Z",
    },
)
BACK = View(
    "back",
    _("body, seen from behind"),
    400,
    FRONT.outline,
    {
        "B_BACK_UPPER": "M72 70H148L152 112H68Z",
        "B_LUMBAR": "M76 144H144L148 190H72Z",
    },
    {
        "B_BRA_ROLL": "M68 117H107V139H70Z",
        "B_BUTTOCK": "M70 196H107V240Q84 252 63 232Z",
        "B_THIGH_BACK": "M63 240Q86 258 106 247L101 312H70Z",
        "B_CALF": "M72 326Q64 350 74 386H94Q102 352 99 326Z",
    },
)
VIEWS = (FACE, SCALP, FRONT, BACK)


def shapes_of(view: View) -> tuple[Shape, ...]:
    """Every side of every zone in a drawing, from top to bottom as it was drawn."""
    middle = [Shape(zone, "M", path, "") for zone, path in view.middle.items()]
    left = [Shape(zone, "L", path, "") for zone, path in view.left.items()]
    right = [Shape(zone, "R", path, MIRROR) for zone, path in view.left.items()]
    return (*middle, *left, *right)


def views_with(zones: Collection[str]) -> list[tuple[View, tuple[Shape, ...]]]:
    """The drawings on which any of these zones lies, with all their shapes: the others stay for orientation."""
    found = ((view, shapes_of(view)) for view in VIEWS)
    return [(view, shapes) for view, shapes in found if any(shape.zone in zones for shape in shapes)]


def drawn_zones() -> Iterable[str]:
    """Every zone that has a shape somewhere."""
    return (zone for view in VIEWS for zone in (*view.middle, *view.left))
