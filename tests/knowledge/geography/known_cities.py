"""A gazetteer small enough to see through: cities as GeoNames has them, with a few of their names."""

from collections.abc import Sequence

from knowledge.geography.cities import City, Named, folded

LEIPZIG = City(2879139, "Leipzig", "DE", None, 51.33962, 12.37129, 504971)
PORTO = City(2735943, "Porto", "PT", None, 41.1485, -8.61097, 249633)
MADRID = City(3117735, "Madrid", "ES", None, 40.4165, -3.70256, 3255944)
SHENZHEN = City(1795565, "Shenzhen", "CN", None, 22.54554, 114.0683, 17494398)
MOSCOW = City(524901, "Moscow", "RU", None, 55.75222, 37.61556, 10381222)
MOSCOW_IDAHO = City(5601538, "Moscow", "US", "ID", 46.73239, -117.00017, 25060)
PARIS = City(2988507, "Paris", "FR", None, 48.85341, 2.3488, 2138551)
PARIS_TEXAS = City(4717560, "Paris", "US", "TX", 33.66094, -95.55551, 24839)
PORTLAND_OREGON = City(5746545, "Portland", "US", "OR", 45.52345, -122.67621, 652503)
PORTLAND_MAINE = City(4975802, "Portland", "US", "ME", 43.65737, -70.2589, 66881)
SEATTLE = City(5809844, "Seattle", "US", "WA", 47.60621, -122.33207, 737015)
BOSTON = City(4930956, "Boston", "US", "MA", 42.35843, -71.05977, 653833)
CURITIBA = City(6322752, "Curitiba", "BR", "PR", -25.43055, -49.26681, 1948626)
WILMINGTON = City(4145381, "Wilmington", "US", "DE", 39.74595, -75.54659, 71525)
SUVA = City(2198148, "Suva", "FJ", None, -18.14161, 178.44149, 93970)
HONOLULU = City(5856195, "Honolulu", "US", "HI", 21.30694, -157.85833, 371657)
ATLANTA = City(4180439, "Atlanta", "US", "GA", 33.749, -84.38798, 510823)
SHENZHEN_VILLAGE = City(1795566, "Shenzhen", "CN", None, 22.1823, 111.11793, 5029)
HALLE = City(2911522, "Halle", "DE", None, 52.06007, 8.36083, 20939)
HALLE_SAALE = City(2911523, "Halle (Saale)", "DE", None, 51.48158, 11.97947, 237865)
JACINTO_MACHADO = City(3460170, "Jacinto Machado", "BR", "SC", -28.99667, -49.76361, 10925)

_CITIES = (
    (LEIPZIG, "Лейпциг"),
    (PORTO, "Oporto"),
    (MADRID, "マドリード"),
    (SHENZHEN, "深圳"),
    (SHENZHEN_VILLAGE, ""),
    (HALLE, ""),
    (HALLE_SAALE, "Halle"),
    (JACINTO_MACHADO, "Volta Grande"),
    (MOSCOW, "Москва"),
    (MOSCOW_IDAHO, "Москва"),
    (PARIS, "Париж"),
    (PARIS_TEXAS, ""),
    (PORTLAND_OREGON, ""),
    (PORTLAND_MAINE, ""),
    (SEATTLE, ""),
    (BOSTON, ""),
    (CURITIBA, ""),
    (WILMINGTON, ""),
    (SUVA, ""),
    (HONOLULU, ""),
    (ATLANTA, ""),
)
_COUNTRIES = {
    "DE": "de germany alemanha deutschland",
    "PT": "pt portugal",
    "CN": "cn china 中国",
    "US": "us usa",
    "BR": "br brazil",
    "CA": "ca canada",
    "GE": "ge georgia",
    "RU": "ru russia",
    "PR": "pr",
}
_REGIONS = {
    "or": [("US", "OR")],
    "me": [("US", "ME")],
    "de": [("US", "DE")],
    "pr": [("US", "PR"), ("BR", "PR")],
    "georgia": [("US", "GA")],
    "fl": [("US", "FL")],
}


class KnownCities:
    """See `knowledge.geography.cities.Gazetteer`."""

    def cities(self, name: str) -> Sequence[Named]:
        wanted = folded(name)
        own = [Named(city, True) for city, _ in _CITIES if folded(city.name) == wanted]
        return own + [Named(city, False) for city, other in _CITIES if other and folded(other) == wanted]

    def country(self, words: str) -> str | None:
        return next((code for code, names in _COUNTRIES.items() if folded(words) in names.split()), None)

    def regions(self, words: str) -> Sequence[tuple[str, str]]:
        return _REGIONS.get(folded(words), [])
