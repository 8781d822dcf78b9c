"""Names for people of what FIT files tell as numbers: kinds of files, makers, products.

Source: Garmin FIT SDK profile 21.218, types `file`, `manufacturer` and `garmin_product`; the words
are ours.
"""

from __future__ import annotations

from language.spoken import mark

FILE_TYPES: dict[int, str] = {
    1: mark("a description of a device"),
    2: mark("settings of a device"),
    3: mark("settings of a sport"),
    5: mark("a plan for training"),
    6: mark("a course on a map"),
    7: mark("a schedule of training"),
    9: mark("a list of body masses"),
    10: mark("totals over all training"),
    11: mark("a list of goals"),
    14: mark("a list of blood pressures"),
    15: mark("a watch's record of the whole day"),
    20: mark("a summary of an activity"),
    28: mark("a watch's record of the whole day"),
    32: mark("a watch's record of the whole day"),
    34: mark("a stretch of a route"),
    35: mark("a list of stretches of routes"),
}
"""What files hold that are no activity, in words for a person."""

MAKERS: dict[int, str] = {
    1: "Garmin",
    2: "Garmin",
    13: "Garmin",
    15: "Garmin",
    16: "Timex",
    23: "Suunto",
    32: "Wahoo",
    38: "o-synce",
    40: "Concept2",
    69: "Stages",
    70: "Sigma",
    71: "TomTom",
    73: "Wattbike",
    89: "Tacx",
    95: "Stryd",
    111: "Technogym",
    115: "iGPSPORT",
    118: "WaterRower",
    123: "Polar",
    142: "TAG Heuer",
    255: "FIT",
    260: "Zwift",
    263: "Favero",
    265: "Strava",
    267: "Bryton",
    281: "TrainerRoad",
    289: "Hammerhead",
    294: "COROS",
    305: "WHOOP",
    310: "Decathlon",
    326: "Nike",
    331: "MyWhoosh",
    339: "Zepp",
    340: "Peloton",
    348: "Huawei",
}

GARMIN = (1, 2, 13, 15)

GARMIN_PRODUCTS: dict[int, str] = {
    1018: "Forerunner 310XT",
    1036: "Edge 500",
    1124: "Forerunner 110",
    1169: "Edge 800",
    1328: "Forerunner 910XT",
    1499: "Swim",
    1551: "fenix",
    1561: "Edge 510",
    1567: "Edge 810",
    1623: "Forerunner 620",
    1632: "Forerunner 220",
    1743: "HRM-Tri",
    1752: "HRM-Run",
    1765: "Forerunner 920XT",
    1836: "Edge 1000",
    1903: "Forerunner 15",
    1967: "fenix 2",
    2050: "fenix 3",
    2067: "Edge 520",
    2153: "Forerunner 225",
    2156: "Forerunner 630",
    2157: "Forerunner 230",
    2158: "Forerunner 735XT",
    2431: "Forerunner 235",
    2503: "Forerunner 35",
    2530: "Edge 820",
    2691: "Forerunner 935",
    2697: "fenix 5",
    2713: "Edge 1030",
    2886: "Forerunner 645",
    2888: "Forerunner 645 Music",
    3076: "Forerunner 245",
    3077: "Forerunner 245 Music",
    3113: "Forerunner 945",
    3121: "Edge 530",
    3122: "Edge 830",
    3225: "vívoactive 4",
    3226: "Venu",
    3282: "Forerunner 45",
    3290: "fenix 6",
    3291: "fenix 6X",
    3589: "Forerunner 745",
    3703: "Venu 2",
    3869: "Forerunner 55",
    3906: "fenix 7",
    3990: "Forerunner 255 Music",
    3992: "Forerunner 255",
    4024: "Forerunner 955",
    4062: "Edge 840",
    4257: "Forerunner 265",
    4260: "Venu 3",
    4315: "Forerunner 965",
    4426: "vívoactive 5",
    4432: "Forerunner 165",
    4536: "fenix 8",
}
"""Watches and bike computers that many people have; others are shown by their number."""


def device_name(maker: int | None, product: int | None, said: str) -> str:
    """What a watch or sensor is called: maker and product as far as they are known.

    said: the product's name in the file, which goes before ours.
    """
    brand = MAKERS.get(maker or 0, "")
    if said:
        return said if said.casefold().startswith(brand.casefold()) else f"{brand} {said}"
    if maker in GARMIN and product:
        return f"{brand} {GARMIN_PRODUCTS.get(product, product)}"
    return " ".join(str(part) for part in (brand or "FIT", product) if part)
