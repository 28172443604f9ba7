"""SF Express (顺丰) route query, JSON: `routeResps[].routes[]` with `opCode`, times in Beijing time.

The service wraps its answer as JSON text in `apiResultData`; pointers then continue after `#`.
"""

import re

from knowledge.tracking import Route, TrackingStatus
from tools.carriers._answer import Node
from tools.carriers._codes import coded, meaning
from tools.carriers._countries import country_of
from tools.carriers._places import Spot
from tools.carriers._route import Scan, build, refused
from tools.carriers._times import read_time
from tools.carriers._words import delivered_unless_denied, narrowed

CARRIER = "sf_express"
EXPECTED = "msgData.routeResps[].routes[].opCode"

_S = TrackingStatus
CODES = coded(
    {
        _S.LABEL_CREATED: "43",
        _S.HANDED_OVER: "50 51 54 46 655",
        _S.IN_TRANSIT: "30 31 36 10 11 105 106 123 407 501 605 611 612 642 656 657 664",
        _S.CUSTOMS: "604 606 607",
        _S.OUT_FOR_DELIVERY: "44 204 658",
        _S.DELIVERY_ATTEMPTED: "33 70",
        _S.EXCEPTION: "34 77 99",
        _S.AVAILABLE_FOR_PICKUP: "125 130 634 135",
        _S.RETURNING: "648 631",
        _S.DELIVERED: "80 8000",
    }
)
"""Operation codes: 50 and 54 collected, 30 loaded, 31 arrived, 36 departed, 44 out, 70 not delivered, 80 signed."""

_CITIES = frozenset(
    "北京 上海 天津 重庆 深圳 广州 东莞 佛山 杭州 宁波 温州 义乌 金华 嘉兴 苏州 南京 无锡 常州 南通 武汉 成都 西安 "
    "长沙 郑州 青岛 济南 厦门 福州 泉州 合肥 南昌 昆明 贵阳 南宁 海口 沈阳 大连 长春 哈尔滨 石家庄 太原 兰州 银川 西宁 "
    "呼和浩特 中山 惠州 珠海 汕头".split()
)
"""Mainland cities SF writes without their country."""
_ADMINISTRATIVE = re.compile(r"[省市区县]$")


def recognises(answer: Node) -> bool:
    """Whether this is an answer of SF Express, errors included."""
    body = _body(answer)
    return body.at("msgData", "routeResps").exists or (body.at("errorCode").exists and body.at("errorMsg").exists)


def read(answer: Node) -> list[Route]:
    """A route for each waybill."""
    body = _body(answer)
    routes = [_waybill(waybill) for waybill in body.each("msgData", "routeResps")]
    return routes or [refused(CARRIER, None, body.text("errorCode"), body.text("errorMsg"))]


def _body(answer: Node) -> Node:
    wrapped = answer.at("apiResultData")
    body = wrapped.inside() if isinstance(wrapped.value, str) else answer
    data = body.at("msgData")
    return body if not isinstance(data.value, str) else data.inside()


def _waybill(waybill: Node) -> Route:
    steps = waybill.each("routes")
    if not steps:
        return refused(CARRIER, waybill.text("mailNo"), "SF Express lists no route for this number")
    return build(CARRIER, waybill.text("mailNo"), [_scan(step) for step in steps])


def _scan(step: Node) -> Scan:
    code, text = step.first("opCode", "opcode"), step.first("remark", "firstStatusName")
    address = step.text("acceptAddress")
    mainland = address is not None and (address in _CITIES or bool(_ADMINISTRATIVE.search(address)))
    country = "CN" if mainland else country_of(address)
    spot = Spot(city=address if country_of(address) is None else None, country=country)
    status = meaning(CODES, code)
    if status is _S.DELIVERED:
        status = delivered_unless_denied(text)
    elif status is _S.DELIVERY_ATTEMPTED:
        status = narrowed(status, text, _S.REFUSED)
    return Scan(
        node=step,
        when=read_time(step.first("acceptTime", "scanDateTime"), spot=spot),
        status=status,
        text=text,
        code=code,
        spot=spot,
    )
