"""What the good model server answers: keyword rules for words, a measurement of the pixels for pictures."""

import io
import json
import re
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

# The first rule that matches wins; (pattern, reason, severity).
_COMPLAINTS: tuple[tuple[str, str, str], ...] = (
    (
        r"not (?:arrived|received)|never (?:came|arrived)|n'est pas arriv|não chegou|nicht angekommen|届かない|届いてい"
        r"|没收到"
        r"|belum sampai|gelmedi|не приш|لم يصل|nu a ajuns",
        "not_received",
        "severe",
    ),
    (r"\blate\b|en retard|atrasad|verspätet|遅れ|迟到|terlambat|geç|опозда", "late_delivery", "minor"),
    (r"scratch|rayure|arranh|kratzer|傷|царап", "damaged", "minor"),
    (
        r"broken|shattered|crushed|cass[ée]|quebrad|kaputt|zerbrochen|壊れ|割れ|碎|破损|pecah|kırık|разбит|مكسور|spart",
        "damaged",
        "severe",
    ),
    (
        r"does not work|doesn't work|ne marche pas|não funciona|funktioniert nicht|動かない|坏了|rusak|çalışmıyor"
        r"|не работает|لا يعمل|nu merge",
        "defective",
        "severe",
    ),
    (r"wrong (?:item|colou?r|model)|errado|falsche[rs]?|mauvais|違う|发错|yanlış|не тот", "wrong_item", "moderate"),
    (r"missing|manque|faltando|fehlt|足りない|少了|kurang|eksik|не хватает", "missing_parts", "moderate"),
    (r"fake|counterfeit|contrefa|falsificad|gefälscht|偽物|假货|palsu|sahte|подделка", "counterfeit", "severe"),
    (r"too (?:small|big|large)|trop petit|pequeno|zu klein|サイズ|küçük", "size_fit", "moderate"),
)
_WANTS: tuple[tuple[str, str], ...] = (
    (r"refund|money back|rembours|reembolso|dinheiro de volta|geld zurück|返金|退款|para iade|вернит", "refund"),
    (r"replac|new one|échange|trocar|ersatz|交換|换", "replacement"),
)
_INSTRUCTS = re.compile(r"ignore (?:all|your|previous)[^.\n]*|you are (?:an|the) (?:ai|assistant|system)[^.\n]*", re.I)


def _data(user: str) -> list[str]:
    """The contents of every fenced block."""
    return [found[2] for found in re.finditer(r"<data (\w+)>\n(.*?)\n</data \1>", user, flags=re.DOTALL)]


def _quoted(text: str, rules: tuple[tuple[str, ...], ...]) -> tuple[str, ...] | None:
    """The first rule that matches: the words that matched, then the rule's values."""
    for pattern, *values in rules:
        found = re.search(pattern, text, flags=re.IGNORECASE)
        if found is not None:
            return (found[0], *values)
    return None


def _claim(text: str) -> dict[str, Any]:
    complaint = _quoted(text, _COMPLAINTS)
    wants = _quoted(text, _WANTS)
    instructs = _INSTRUCTS.search(text)
    return {
        "reason": complaint[1] if complaint else None,
        "reason_quote": complaint[0] if complaint else "",
        "second_reason": None,
        "second_reason_quote": "",
        "severity": complaint[2] if complaint else None,
        "severity_quote": complaint[0] if complaint else "",
        "wants": wants[1] if wants else None,
        "wants_quote": wants[0] if wants else "",
        "instructs": instructs is not None,
        "instructs_quote": instructs[0] if instructs else "",
        "sure": "certain" if complaint else "unsure",
    }


def grade_of(jpeg: bytes) -> str:
    """Holes are dark and thicker than writing: the share of dark pixels left after thin strokes are filled in."""
    image = Image.open(io.BytesIO(jpeg)).convert("L").resize((256, 256))
    dark = float(np.mean(np.asarray(image.filter(ImageFilter.MaxFilter(5))) < 48))
    return "none" if dark < 0.0015 else "minor" if dark < 0.006 else "moderate" if dark < 0.02 else "severe"


def answer_honestly(schema: str, user: str, images: list[bytes]) -> dict[str, Any]:
    """The answer for the type `schema` to the user part and its pictures."""
    blocks = _data(user)
    match schema:
        case "ClaimAnswer":
            return _claim(blocks[0])
        case "PhotoAnswer":
            return {"grade": grade_of(images[0])}
        case "ProseAnswer":
            return {"sentences": [_kinder(sentence) for sentence in json.loads(blocks[-1])]}
        case _:
            raise ValueError(f"nobody asked this model for {schema!r} before")


def _kinder(sentence: str) -> str:
    sentence = re.sub(
        r"^The order (\S+) was placed on (.+?) for (.+)$", r"On \2 the order \1 was placed for \3", sentence
    )
    return sentence.replace("We offer you", "We would like to offer you").replace("We have", "We've")
