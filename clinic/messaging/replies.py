"""What a reply means: the words that patients really write, in the six shipped languages. Pure."""

from __future__ import annotations

import re

from clinic.messaging.words import InboundWord
from clinic.searching import search_text

#: English words of the carriers' own rules count in every language. Without accents, lower case.
_WORDS: dict[InboundWord, str] = {
    InboundWord.STOP: "stop stopall unsubscribe end quit cancelsms optout "
    "stopp abmelden abbestellen aufhoren ende "
    "alto baja parar cancelarsms basta "
    "arret arreter desabonner desinscrire "
    "dur durdur iptalsms istemiyorum ret "
    "停止 退订 退訂 t td",
    InboundWord.START: "start unstop subscribe wieder anmelden alta reprendre basla baslat 开始 訂閱 订阅",
    InboundWord.CONFIRM: "c confirm confirmed yes y ok okay "
    "ja j bestatigen bestatigt passt "
    "si s confirmo confirmar confirmado vale "
    "oui o confirme confirmer "
    "evet e onay onayliyorum tamam "
    "是 好 好的 确认 確認 可以",
    InboundWord.HERE: "here imhere iamhere arrived hier da ichbinda binda angekommen "
    " aqui estoyaqui yallegue llegue arrive ici la jesuisla geldim buradayim 到了 已到 我到了",
    InboundWord.SICK: "sick imsick iamsick ill krank ichbinkrank "
    "enfermo enferma malade jesuismalade estoyenferma estoyenfermo hasta hastayim 生病 病了 我病了",
    InboundWord.HELP: "help info hilfe ayuda aide yardim 帮助",
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words.split()}
_NOISE = re.compile(r"[\s.!?,;:'\"“”„«»()\-–—。！？，]+")


def meaning(text: str) -> InboundWord:
    """What a reply asks for. Only a reply of that word alone counts: "stop by at ten?" is free text for a person."""
    words = _NOISE.sub(" ", search_text(text)).split()
    joined = "".join(words)
    return _MEANING.get(joined, InboundWord.FREE) if len(words) <= 3 else InboundWord.FREE
