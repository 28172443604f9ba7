"""Countries as carriers write them: alpha-2, alpha-3 or an English name, and the time zones of their regions."""

from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

_ALPHA_3 = (
    "ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI "
    "BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT "
    "BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU "
    "CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET "
    "FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR "
    "GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR "
    "IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB "
    "LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH "
    "MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE "
    "NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL "
    "PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ "
    "SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC "
    "TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY "
    "USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW"
)
"""ISO 3166-1: three letters and two, run together."""

_OTHER_NAMES = {
    "united kingdom": "GB",
    "united kingdom of great britain and northern ireland": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "uk": "GB",
    "united states of america": "US",
    "the united states": "US",
    "usa": "US",
    "u.s.a.": "US",
    "korea, republic of": "KR",
    "republic of korea": "KR",
    "south korea": "KR",
    "hong kong sar": "HK",
    "hong kong sar, china": "HK",
    "macau": "MO",
    "macau sar, china": "MO",
    "china, people's republic": "CN",
    "china mainland": "CN",
    "viet nam": "VN",
    "russian federation": "RU",
    "czechia": "CZ",
    "czech republic": "CZ",
    "czech republic, the": "CZ",
    "netherlands, the": "NL",
    "the netherlands": "NL",
    "holland": "NL",
    "republic of ireland": "IE",
    "turkey": "TR",
    "türkiye": "TR",
    "uae": "AE",
    "united arab emirates": "AE",
    "taiwan, china": "TW",
    "slovak republic": "SK",
    "brasil": "BR",
    "deutschland": "DE",
    "allemagne": "DE",
    "españa": "ES",
    "italia": "IT",
    "polska": "PL",
    "schweiz": "CH",
    "suisse": "CH",
    "österreich": "AT",
    "belgique": "BE",
    "belgië": "BE",
    "nederland": "NL",
    "royaume-uni": "GB",
    "中国": "CN",
    "中国大陆": "CN",
    "香港": "HK",
    "美国": "US",
}

_US = {
    "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
    "America/Denver": "CO MT NM UT WY",
    "America/Los_Angeles": "CA NV WA",
    "America/Phoenix": "AZ",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR",
}
"""States within one zone (49 U.S.C. 71.1 and following); the Navajo Nation's summer time in AZ is left aside."""
_CA = {
    "America/Toronto": "QC",
    "America/Winnipeg": "MB",
    "America/Edmonton": "AB",
    "America/Regina": "SK",
    "America/Halifax": "NS NB PE",
    "America/Whitehorse": "YT",
}
_AU = {
    "Australia/Sydney": "ACT VIC",
    "Australia/Brisbane": "QLD",
    "Australia/Adelaide": "SA",
    "Australia/Darwin": "NT",
    "Australia/Perth": "WA",
    "Australia/Hobart": "TAS",
}
_BR = {"America/Sao_Paulo": "SP RJ MG ES PR SC RS GO DF BA SE AL PE PB RN CE PI MA AP TO", "America/Campo_Grande": "MS"}
REGION_ZONES = {
    (country, region): zone
    for country, zones in {"US": _US, "CA": _CA, "AU": _AU, "BR": _BR}.items()
    for zone, regions in zones.items()
    for region in regions.split()
} | {
    # Broken Hill and western Ontario are small; carriers' hubs there scan in the main zone's time.
    ("AU", "NSW"): "Australia/Sydney",
    ("CA", "ON"): "America/Toronto",
    ("CA", "BC"): "America/Vancouver",
}
US_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA PR RI SC SD TN TX UT VT VA WA WV WI WY".split()
)
CA_PROVINCES = frozenset("AB BC MB NB NL NS NT NU ON PE QC SK YT".split())
MAINLAND = "mainland"
"""In place of a region where a carrier's answer tells only that it is not an island with a time of its own."""
AU_STATES = frozenset("ACT NSW NT QLD SA TAS VIC WA".split())

_ONE_CIVIL_TIME = {
    "CN": "Asia/Shanghai",  # Beijing time is the law in all of China; Asia/Urumqi is local habit
    "NZ": "Pacific/Auckland",  # the Chatham Islands have 600 people
    "MY": "Asia/Kuala_Lumpur",
    "UA": "Europe/Kyiv",
}


@cache
def _alpha_3() -> dict[str, str]:
    return {pair[:3]: pair[3:] for pair in _ALPHA_3.split()}


@cache
def _names() -> dict[str, str]:
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {name.casefold(): code for code, name in rows} | _OTHER_NAMES


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    zones: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            zones.setdefault(code, []).append(zone)
    return {code: tuple(names) for code, names in zones.items()}


def country_of(text: str | None) -> str | None:
    """ISO 3166-1 alpha-2 of a country written as alpha-2, alpha-3 or in words; None when it is none."""
    if text is None:
        return None
    word = text.strip().rstrip(".")
    upper = word.upper()
    if upper == "UK":
        return "GB"
    if len(upper) == 2 and upper in _zones():
        return upper
    if len(upper) == 3 and upper in _alpha_3():
        return _alpha_3()[upper]
    return _names().get(word.casefold())


def offset_at(country: str | None, region: str | None, postcode: str | None, local: datetime) -> timedelta | None:
    """The offset from UTC of a local time in this place; None when the place leaves it open."""
    if country is None:
        return None
    zone = REGION_ZONES.get((country, region.upper())) if region else None
    if zone is None and country == "ES" and (region == MAINLAND or _on_the_spanish_mainland(postcode)):
        zone = "Europe/Madrid"
    if zone is None:
        zone = _ONE_CIVIL_TIME.get(country)
    names = (zone,) if zone else _zones().get(country, ())
    offsets = {ZoneInfo(name).utcoffset(local) for name in names}
    return offsets.pop() if len(offsets) == 1 else None


def _on_the_spanish_mainland(postcode: str | None) -> bool:
    # 35 and 38 are the two Canary provinces, an hour behind Madrid.
    return postcode is not None and len(postcode) == 5 and postcode.isdigit() and postcode[:2] not in ("35", "38")
