"""What carriers' sentences mean, for carriers that send no code, and how a delivery happened.

The phrases are asked in order, and everything that denies, postpones or redirects a delivery comes
before the words that state one; a sentence no phrase knows is `UNKNOWN`.
"""

import re

from knowledge.tracking import DeliveryMode, TrackingStatus

_NOT_DELIVERED = (
    r"(?:could|can|was|were|has|have|had|is|did|will|would)(?: ?not|n[o']?t|n’t)\b[^.]{0,40}\bdeliver"
    r"|cannot (?:be )?deliver|not (?:yet )?(?:been |be )?(?:able to )?deliver|undeliver|non[- ]?deliver"
    r"|(?:unable|failed|failure|impossible) to (?:be )?(?:re-?)?deliver"
    r"|delivery (?:was |has |has been |is )?(?:unsuccessful|failed|failure|not possible|impossible"
    r"|exception|incomplete)"
    r"|unsuccessful(?:ly)? deliver|(?:failed|missed|incomplete) deliver|delivery not completed"
    r"|nicht (?:zugestellt|zustellbar|ausgeliefert|ausliefer)|zustellung (?:nicht|fehlgeschlagen|erfolglos)"
    r"|n['’]a (?:pas |pu )[^.]{0,30}(?:livr|distribu|remis)|non (?:livr|distribu)|(?:échec|echec)[^.]{0,20}livraison"
    r"|no (?:se )?(?:ha |pudo |fue |ha sido |ha podido )[^.]{0,20}entreg|no entregad"
    r"|non (?:è stat|e stat|è stata )[^.]{0,10}consegn|non consegnat|mancata consegna"
    r"|n[ãa]o (?:foi |p[ôo]de |est[áa] )?[^.]{0,20}entreg|entrega n[ãa]o"
    r"|niet (?:bezorgd|afgeleverd|geleverd)|bezorging mislukt|nie dor[ęe]czon|nie dostarczon|nieudan"
    r"|teslim edilemedi|не (?:вручен|доставлен)|tidak (?:dapat |berhasil )?(?:di)?(?:terkirim|antar)"
    r"|未(?:能)?(?:妥投|签收|送达|派送成功|成功)|(?:派送|派件|投递|投遞|配送)(?:不成功|失败|失敗)|無法投遞"
    r"|配達できません"
)
_ATTEMPTED = (
    r"attempted (?:delivery|to deliver)|delivery (?:was )?attempt|attempted - |attempt (?:was )?made|\bcarded\b"
    r"|(?:left|leave) (?:a |you a )?(?:card|notice)|notice left|card left|no ?one (?:was )?(?:home|available|in\b)"
    r"|nobody (?:was )?(?:home|in\b)|(?:recipient|receiver|customer|addressee|consignee) (?:was "
    r"|is )?(?:not |un)available"
    r"|business (?:was )?closed|zustellversuch|nicht angetroffen|tentative de (?:livraison|distribution)"
    r"|destinataire absent|absence du destinataire|avis de passage|intento de entrega|destinatario ausente"
    r"|tentativo di consegna|destinatario assente|tentativa de entrega|destinat[áa]rio ausente"
    r"|bezorgpoging|niet thuis"
    r"|pr[óo]ba dor[ęe]czenia|\bawizo|неудачная попытка|ご不在|持ち?戻"
)
_REFUSED = (
    r"\brefus(?:ed|al|é|e\b|ado)|rejected by|declined by|annahme verweigert|verweigert|rehusad|rechazad|rifiutat"
    r"|recusad|geweigerd|odm[óo]w|отказ|拒收|拒签|受取拒否"
)
_TURNING_BACK = r"(?:being|will be|to be|shall be|is) returned|returning\b"
_RETURNED = (
    r"returned to (?:the )?(?:original )?(?:sender|shipper)|return(?:ed)? (?:has been |was |shipment )?delivered"
    r"|delivered (?:back )?to (?:the )?(?:original )?(?:sender|shipper)|delivered,? to original sender"
    r"|retourn[ée]e? (?:à|a) l['’]exp|distribu[ée]e? (?:à|a) l['’]exp|devuelto al remitente|devolvido ao remetente"
    r"|restituito al mittente|an (?:den )?absender zugestellt|zur[üu]ckgesandt|退回件已签收|退件签收|已退回"
)
_RETURNING = (
    r"return(?:ing)? to (?:the )?(?:sender|shipper)|being returned|back to (?:the )?(?:sender|shipper)"
    r"|r[üu]cksendung|retour (?:à|a|vers) l['’]exp|en devoluci|retour (?:naar )?afzender|zwrot|退回|退件|返送"
)
_DAMAGED = (
    r"(?<!un)(?<!no )damage|besch[äa]digt|endommag|ab[iî]m[ée]|da[ñn]ad|danneggiat|avariad"
    r"|danificad|beschadigd|uszkodz"
    r"|поврежд|破损|破損"
)
_LOST = (
    r"\blost\b|\bmissing (?:parcel|package|item)|verloren|\bperdu\b|perdid[oa]|extraviad|smarrit"
    r"|zaginę|утерян|丢失|遗失"
)
_CUSTOMS = r"customs|clearance|zoll|douan|aduan|dogan|alf[âa]ndega|clo celn|odpraw[ay] celn|таможн|清关|海关|通関|税関"
_FUTURE = (
    r"(?:will|can|could|may|might|should|shall|must|would|to|once|when|until|if|before|after"
    r"|not yet) (?:it (?:is|was) )?"
    r"(?:be |being )?(?:re-?)?deliver|awaiting (?:re)?delivery|ready for delivery"
    r"|delivery (?:has been |was |is )?(?:re-?)?(?:scheduled|planned|expected|arranged|requested"
    r"|booked|delayed|rescheduled)"
    r"|(?:scheduled|expected|due|estimated|prepared|preparing) for (?:re-?)?delivery|possible delay"
    r"|wird [^.]{0,40}zugestellt|sera (?:bient[ôo]t )?(?:livr|distribu)|(?:va|doit) être (?:livr|distribu)"
    r"|pr[êe]t [àa] être|ser[áa] entreg|sarà consegnat|wordt (?:\w+ )?(?:bezorgd|geleverd)"
    r"|zostanie (?:dor|dost)|待签收"
)
_OUT = (
    r"out (?:for|with) (?:the )?(?:final )?deliver|out with (?:the )?courier|on ?board (?:for"
    r"|with) (?:driver|deliver)"
    r"|onboard for delivery|on (?:the |a )?(?:\w+ )?vehicle for delivery"
    r"|with (?:the )?(?:delivery )?(?:courier|driver)"
    r"|loaded (?:on)?to the delivery vehicle|in delivery\b|in zustellung|zustellfahrzeug|en cours de livraison"
    r"|mis en (?:livraison|distribution)|en reparto|in consegna|saiu para entrega"
    r"|onderweg naar (?:de )?(?:ontvanger|u)"
    r"|w dor[ęe]czeniu|do dor[ęe]czenia|dağıtıma çıkt|派送中|派件中|正在派(?:送|件)|已派件|配達中|持ち出し"
)
_PICKUP = (
    r"(?:await|ready|available|held|hold|waiting)\w* (?:for |at )?(?:customer |recipient )?(?:collection|pick ?-?up)"
    r"|available (?:at|in) (?:the )?(?:post|parcel|pickup|access|service|collection)|to be collected|ready to collect"
    r"|delivered (?:by driver )?to (?:the |a |an |your |ups )*(?:pick-?up|parcel ?shop|collection"
    r"|access point|service ?point)"
    r"|left with agent|zur abholung|abholbereit|en attente d['’](?:être )?retir|disponible (?:en|dans|para)[^.]{0,40}"
    r"(?:point|relais|recog|recol)|pronto per il ritiro|disponível para (?:retirada|levantamento)|klaar om"
    r"|gotow[ae] do odbioru|待取件|已到(?:达)?(?:驿站|自提)|存放至|投入.{0,8}柜"
)
_HANDED_ON = (
    r"(?:delivered|handed(?: over)?|transferred|tendered|given|passed) to (?:the |a |an |our |its |your )*"
    r"(?:local |final |postal |partner |delivery |destination |last[- ]mile |line ?haul |third[- ]party )*"
    r"(?:usps |ups |dhl )*"
    r"(?:carrier|agent\b|courier|postal|post office|partner|depot|airline|broker|customs|hub\b|operator|usps\b"
    r"|warehouse|facility|service provider|(?:delivery|courier|logistics|postal) (?:company|service|provider)"
    r"|(?:sort\w*|distribution|processing|postal|delivery|carrier|usps) (?:cent(?:er|re)|station|terminal|office))"
)
_DELIVERED = (
    r"\bdelivered\b|delivery (?:was |has been |is )?(?:successful|completed|confirmed)|signed for (?:by|at)"
    r"|(?:collected|picked up) by (?:the )?(?:customer|recipient|addressee|receiver|consignee)"
    r"|\bzugestellt\b|\bausgeliefert\b|a été (?:livr|distribu|remis au destinataire)|est livr[ée]"
    r"|\blivr[ée]e?\b|\bdistribu[ée]e?\b"
    r"|\bentregad[oa]\b|\bentregue\b|\bconsegnat[oa]\b|\bbezorgd\b|\bafgeleverd\b|dor[ęe]czon[oaey]|dostarczon[oaey]"
    r"|teslim edildi|вручен|доставлен|telah diterima|已签收|已妥投|签收成功|妥投|お届け済|配達完了|배달완료"
)
_LABEL = (
    r"(?:shipping|shipment|order|parcel|electronic) (?:information|data|info) (?:has been |was |is )?"
    r"(?:received|approved|submitted|uploaded|sent|transmitted|entered)|label (?:created|printed|generated)"
    r"|pre-?advice|pre-?alert|manifest(?:ed)?\b|(?:order|shipment|parcel) (?:created|registered|allocated)"
    r"|tracking number allocated|elektronisch angek[üu]ndigt|en cours de préparation|已下单|待揽|预报"
)
_HANDED_OVER = (
    r"(?:picked|collected|accepted|pick-?up|lodged|dropped off|posted|received) ?(?:up|at|by|from|item|scan|$)"
    r"|abgeholt|eingeliefert|pris en charge|recogid|ritirat|coletado|postado|odebran[aey] od|已收(?:件"
    r"|取|寄)|已揽(?:收|件)|揽收"
)
_MOVING = (
    r"in[- ]?transit|arriv|depart|despatch|dispatch|process|sort|left (?:the )?(?:facility|origin)"
    r"|facility|hub\b|depot"
    r"|en route|on (?:the|its) way|transfer|forward|linehaul|flight|airline|uplift|export|import"
    r"|unterwegs|bearbeitet|acheminement|en tránsito|en camino|in transito|em trânsito|onderweg|w drodze|в пути"
    r"|运输|发往|到达|离开|转运|中转|已发出|輸送中"
)

_SENTENCES: tuple[tuple[re.Pattern[str], TrackingStatus], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), status)
    for pattern, status in (
        (_REFUSED, TrackingStatus.REFUSED),
        (_TURNING_BACK, TrackingStatus.RETURNING),
        (_RETURNED, TrackingStatus.RETURNED),
        (_RETURNING, TrackingStatus.RETURNING),
        (_DAMAGED, TrackingStatus.DAMAGED),
        (_LOST, TrackingStatus.LOST),
        (_ATTEMPTED, TrackingStatus.DELIVERY_ATTEMPTED),
        (_NOT_DELIVERED, TrackingStatus.DELIVERY_ATTEMPTED),
        (_PICKUP, TrackingStatus.AVAILABLE_FOR_PICKUP),
        (_OUT, TrackingStatus.OUT_FOR_DELIVERY),
        (_FUTURE, TrackingStatus.IN_TRANSIT),
        (_HANDED_ON, TrackingStatus.IN_TRANSIT),
        (_DELIVERED, TrackingStatus.DELIVERED),
        (_CUSTOMS, TrackingStatus.CUSTOMS),
        (_LABEL, TrackingStatus.LABEL_CREATED),
        (_HANDED_OVER, TrackingStatus.HANDED_OVER),
        (_MOVING, TrackingStatus.IN_TRANSIT),
    )
)

_LONGEST_SENTENCE = 300
"""Characters. Scans say less; a page of prose could hold any phrase and is not read as a scan."""


def status_of(text: str | None) -> TrackingStatus:
    """The meaning of a carrier's sentence; UNKNOWN when no phrase is known or it is too long for a scan's."""
    if text is None or len(text) > _LONGEST_SENTENCE:
        return TrackingStatus.UNKNOWN
    return next((status for pattern, status in _SENTENCES if pattern.search(text)), TrackingStatus.UNKNOWN)


_INSTEAD_OF_DELIVERY = frozenset(
    {
        TrackingStatus.AVAILABLE_FOR_PICKUP,
        TrackingStatus.DELIVERY_ATTEMPTED,
        TrackingStatus.REFUSED,
        TrackingStatus.RETURNED,
        TrackingStatus.RETURNING,
    }
)
_PASSED_ON = re.compile(_HANDED_ON, re.IGNORECASE)


def delivered_unless_denied(text: str | None) -> TrackingStatus:
    """DELIVERED for a code that says so, unless the sentence beside it says something else happened.

    Carriers reuse the code of a delivery for "delivered to the access point" and "delivered to the sender".
    """
    said = status_of(text)
    if said in _INSTEAD_OF_DELIVERY:
        return said
    if text is not None and _PASSED_ON.search(text):
        return TrackingStatus.IN_TRANSIT
    return TrackingStatus.DELIVERED


def narrowed(general: TrackingStatus, text: str | None, *allowed: TrackingStatus) -> TrackingStatus:
    """A carrier's general class (`failure`, `exception`, `transit`) made precise by its sentence, within `allowed`."""
    said = status_of(text)
    return said if said in allowed else general


_MODES: tuple[tuple[re.Pattern[str], DeliveryMode], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), mode)
    for pattern, mode in (
        (
            r"mail ?box|letter ?box|letter ?plate|\bpo box\b|briefkasten|bo[îi]te aux? lettres|buz[óo]n|brievenbus"
            r"|cassetta postale|caixa de correio|信箱|ポスト",
            DeliveryMode.MAILBOX,
        ),
        (
            r"locker|packstation|paczkomat|parcel ?shop|pick-?up (?:point|location|store)|access point|service ?point"
            r"|collection point|post office|postfiliale|filiale|paketshop|point (?:de )?(?:retrait|relais)|guichet"
            r"|collected (?:by|from|at)|picked up (?:by|at)|\bagent\b|丰巢|快递柜|自提|驿站|代收点",
            DeliveryMode.PICKUP_POINT,
        ),
        (
            r"driver release|safe ?-?(?:place|drop|location)|left (?:safe|in a|at (?:the )?(?:front|back|side"
            r"|door))|authority to leave"
            r"|without (?:a )?signature|(?:front|back|side|rear|garage) ?door|at (?:the )?door"
            r"|doorstep|porch|garage\b|carport"
            r"|\bdeck\b|\bpatio\b|\byard\b|unattended|ablageort|abgestellt|abstellgenehmigung|wunschort|lieu s[ûu]r"
            r"|放.{0,4}门口",
            DeliveryMode.LEFT_UNATTENDED,
        ),
        (
            r"neighbou?r|reception|front desk|mail ?room|concierge|different person|other person|household|\bguard\b"
            r"|security|leasing office|building manag|nachbar|ersatzempf|hausbewohner|voisin"
            r"|gardien|vecin[oa]|portier"
            r"|buren|sąsiad|vizinh|代收|代签|前台|门卫|家人|同事",
            DeliveryMode.HANDED_TO_OTHER,
        ),
        (
            r"(?:handed|delivered|given) (?:directly )?to (?:the )?(?:resident|recipient|addressee"
            r"|consignee|receiver)"
            r"|met (?:by )?(?:the )?customer|in person|personally"
            r"|signed (?:for )?by (?:the )?(?:recipient|addressee|consignee)"
            r"|collected by (?:the )?(?:recipient|addressee)|original recipient|pers[öo]nlich"
            r"|eigenh[äa]ndig|remis au destinataire"
            r"|en mains? propres?|本人(?:签收|已签)|本人",
            DeliveryMode.HANDED_TO_RECIPIENT,
        ),
    )
)


def mode_of(*texts: str | None) -> DeliveryMode:
    """How a delivery happened, from what the carrier says about it; UNSTATED when it does not say."""
    for text in texts:
        if text is not None:
            for pattern, mode in _MODES:
                if pattern.search(text):
                    return mode
    return DeliveryMode.UNSTATED


_NO_SIGNATURE = re.compile(
    r"signature|\bsign(?:ed)?\b|not req|no sig|waive|covid|c-?19|\bnsr\b|\bn/?a\b|\bnone\b|\bnull\b"
    r"|\bstring\b|unknown"
    r"|release|delivered|recipient$|consignee$|resident$|left\b",
    re.IGNORECASE,
)


def signatory(text: str | None) -> str | None:
    """The name someone signed with; None for account numbers, times and words that carriers print in its place."""
    if text is None or len(re.findall(r"[^\W\d_]", text)) < 2 or len(text) > 80:
        return None
    if _NO_SIGNATURE.search(text) or mode_of(text) is not DeliveryMode.UNSTATED:
        return None
    return text
