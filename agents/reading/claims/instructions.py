"""Texts that try to instruct whoever reads them, rather than to complain."""

import re
import unicodedata

from knowledge.base import Frozen


class Attempt(Frozen):
    """Where in a text somebody tries to instruct the system, and how."""

    start: int
    end: int
    how: str


_INVISIBLE = re.compile(r"[\u202d\u202e\U000e0000-\U000e007f]|[\u200b\u2060-\u2064]{3,}")
"""Overrides of direction, tag characters, runs without width; single marks come with pasted text."""
_ROLE = re.compile(
    r"(?im)^\s*(?:#+\s*)?(?:system|assistant|developer|admin(?:istrator)?)\s*(?:prompt|message|note|override|instruction)?s?\s*[:>\]]"
    r"|<\s*/?\s*(?:system|assistant|instructions?|im_start|im_end)\b[^>]*>|<\|[a-z_]+\|>|\[/?INST\]"
)
_MACHINE = re.compile(
    r"(?i)[{\[]\s*[\"'](?:role|resolution|decision|refund|amount|approve[d]?|severity|corroborated)[\"']\s*:"
)
_WORDS: tuple[str, ...] = (
    r"(?:ignore|disregard|forget|override|bypass)\W+(?:\w+\W+){0,4}(?:instruction|prompt|rule|polic|guideline|previous|above)",
    r"(?:you are|act as|pretend to be)\W+(?:now\W+)?(?:an?\W+|the\W+)?(?:\w+\W+){0,2}(?:ai|assistant|model|administrator|admin|system|bot)\b",
    r"(?:ai|assistant|model|bot|system|agent)\W{1,3}(?:please\W+|must\W+|should\W+|you must\W+)?(?:approve|refund|grant|mark|set|classify|output|respond|reply|return)\b",
    r"(?:approve|grant|issue|process)\W+(?:\w+\W+){0,4}refund\W+(?:\w+\W+){0,6}(?:without|skip|no)\W+(?:\w+\W+){0,2}(?:review|human|check|approval)",
    r"as (?:the |an? )?(?:admin(?:istrator)?|manager|supervisor|owner|developer)\W+(?:of \w+\W+)?(?:i|we)\W+(?:hereby\W+)?(?:authori[sz]e|order|instruct|approve|command)",
    r"(?:new|updated|special)\W+(?:system\W+)?(?:instruction|prompt|polic)\w*\W*:",
    r"ignor\w*\W+(?:\w+\W+){0,4}(?:instru[cçk]\w+|anweisung\w*|regel\w*|istruzioni|reglas|regras|règles|consignes)",
    r"(?:ignorie\w*|missacht\w*|vergiss)\W+(?:\w+\W+){0,4}(?:anweisung|regel|vorgabe|prompt)\w*",
    r"(?:oublie[zr]?|ignore[zr]?)\W+(?:\w+\W+){0,4}(?:instructions|consignes|règles)",
    r"(?:desconsidere|ignore|esqueça)\W+(?:\w+\W+){0,4}(?:instruções|regras|anteriores)",
    r"(?:olvida|ignora|desestima)\w*\W+(?:\w+\W+){0,4}(?:instrucciones|reglas|anteriores)",
    r"(?:dimentica|ignora)\w*\W+(?:\w+\W+){0,4}(?:istruzioni|regole|precedenti)",
    r"(?:negeer|vergeet)\W+(?:\w+\W+){0,4}(?:instructies|regels)",
    r"(?:zignoruj|pomiń|zapomnij)\W+(?:\w+\W+){0,4}(?:instrukcj|polece|zasad)\w*",
    r"(?:ignoră|uită)\W+(?:\w+\W+){0,4}(?:instrucțiun|regul)\w*",
    r"(?:игнорируй|забудь|отмени)\w*\W+(?:\w+\W+){0,4}(?:инструкц|правил|указани)\w*",
    r"(?:ігноруй|забудь)\w*\W+(?:\w+\W+){0,4}(?:інструкц|правил|вказів)\w*",
    r"(?:önceki|yukarıdaki)\W+(?:\w+\W+){0,3}(?:talimat|kural)\w*\W+(?:\w+\W+){0,2}(?:yok say|unut|görmezden)",
    r"abaikan\W+(?:\w+\W+){0,4}(?:instruksi|perintah|aturan)",
    r"(?:تجاهل|انس)\w*\W+(?:\w+\W+){0,4}(?:التعليمات|الأوامر|القواعد)",
    r"(?:以前|これまで|上記|前)の?(?:すべての)?(?:指示|命令|ルール)(?:は|を)?(?:すべて)?(?:無視|忘れ)",
    r"(?:忽略|无视|忘记|忽視|無視)(?:之前|以上|前面|先前|所有|一切|掉|的){0,4}(?:指令|指示|规则|規則|提示)",
    r"(?:이전|위의|앞의)\s*(?:모든\s*)?(?:지시|명령|규칙)\w*\s*(?:를|을)?\s*(?:무시|잊)",
    r"(?:bỏ qua|phớt lờ)\W+(?:\w+\W+){0,4}(?:hướng dẫn|chỉ dẫn|quy tắc)",
    r"(?:ละเว้น|เพิกเฉย|ลืม).{0,12}(?:คำสั่ง|กฎ)",
)  # fmt: skip
_PHRASES = re.compile("|".join(f"(?:{pattern})" for pattern in _WORDS), re.IGNORECASE)


def find_attempt(text: str) -> Attempt | None:
    """The first place where a text instructs its reader; None for an ordinary complaint, however angry."""
    invisible = _INVISIBLE.search(text)
    if invisible:
        return Attempt(start=invisible.start(), end=invisible.end(), how="invisible or direction-changing characters")
    # Same length as the text for most scripts, so that places stay true; longer foldings are found by the raw search.
    folded = unicodedata.normalize("NFKC", text)
    for pattern, how in (
        (_ROLE, "a speaker's mark of a language model"),
        (_MACHINE, "a machine's answer written into the text"),
        (_PHRASES, "an instruction to the reader or the system"),
    ):
        for form in (text, folded):
            match = pattern.search(form)
            if match:
                return Attempt(start=min(match.start(), len(text)), end=min(match.end(), len(text)), how=how)
    return None
