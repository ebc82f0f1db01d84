"""Decides which words are numbers, months, units and bounds, and what each stands for (English)."""

from __future__ import annotations

from indexing.figures import Bound

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
UNDER_TWENTY = {word: value for value, word in enumerate(_SMALL.split())}
_TENTHS = "ten twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: 10 * value for value, word in enumerate(_TENTHS.split(), start=1) if value > 1}
SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 10**9}
_NTH = """
third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth
"""
ORDINALS = {word: value for value, word in enumerate(_NTH.split(), start=3)} | {"thirtieth": 30}
_MONTH_NAMES = """
january jan; february feb; march mar; april apr; may; june jun; july jul; august aug
; september sep sept; october oct; november nov; december dec
"""
MONTHS = {
    name: number
    for number, names in enumerate(_MONTH_NAMES.split(";"), start=1)
    for name in names.split()
}
_UNIT_NAMES = """
ms millisecond milliseconds; second seconds sec secs; minute minutes min mins; hour hours hr hrs
; day days; week weeks; month months mth mths; year years yr yrs; workday workdays weekday weekdays
; £ pound pounds gbp quid; $ dollar dollars usd; € euro euros eur; pence penny; cent cents
; % percent percentage; point points; kg kilogram kilograms kilo kilos; gram grams; tonne tonnes
; mg milligram milligrams; lb lbs; km kilometre kilometres kilometer kilometers; mile miles
; metre metres meter meters; cm centimetre centimetres centimeter centimeters
; mm millimetre millimetres; litre litres liter liters; ml millilitre millilitres
; ° degree degrees deg; °C ℃; °F ℉
; rpm; psi; kpa; kw kilowatt kilowatts; volt volts; amp amps ampere amperes; ppm
; kb; mb; gb; tb; kib; mib; gib; tib; time times; foot feet; inch inches
"""
UNITS = {
    spelling: names.split()[0] for names in _UNIT_NAMES.split(";") for spelling in names.split()
}
SCALES_OF_HEAT = {
    "c": "°C", "celsius": "°C", "f": "°F", "fahrenheit": "°F", "k": "kelvin", "kelvin": "kelvin",
}  # fmt: skip
CURRENCIES = {"£": "£", "$": "$", "€": "€", "gbp": "£", "usd": "$", "eur": "€"}
SHORT_UNITS = {
    "s": "second",
    "h": "hour",
    "m": "m",
    "g": "gram",
    "l": "litre",
    "p": "pence",
    "d": "day",
}
"""Units of one letter: only after a number, and only in small letters."""
BEFORE_UNITS = frozenset(
    {"consecutive", "continuous", "full", "whole", "complete", "additional", "further", "calendar"}
)
"""Words that stand between a number and its unit and change neither."""
BOUNDS_BEFORE: tuple[tuple[str, Bound], ...] = (
    (r"(?:no|not|never) (?:more|longer|later|greater|higher|older|larger|bigger) than", "<="),
    (r"(?:no|not|never) (?:less|fewer|earlier|lower|smaller|shorter|younger) than", ">="),
    (r"(?:not|never) (?:exceed|exceeds|exceeding|above|over)", "<="),
    (r"(?:not|never) (?:below|under)", ">="),
    (r"up to|at most|(?:a |the )?max(?:imum)?(?: of)?|at the most|at the latest by", "<="),
    (r"at least|(?:a |the )?min(?:imum)?(?: of)?|at the least", ">="),
    (r"(?:more|greater|higher|longer|older|larger|bigger|later) than", ">"),
    (r"in excess of|over|above|exceeds?|exceeding|exceeded|beyond|surpass(?:es|ing)?", ">"),
    (r"(?:less|fewer|lower|shorter|younger|smaller|earlier) than|under|below", "<"),
    (r"within|inside(?: of)?", "within"),
    (r"about|approximately|around|roughly|nearly|almost|approx|circa", "about"),
)
BOUNDS_BEFORE_TIME: tuple[tuple[str, Bound], ...] = (
    (r"before|prior to|earlier than", "<"),
    (r"after|later than|past", ">"),
    (r"by|until|till|no later than", "<="),
    (r"from|since|starting", ">="),
)
BOUNDS_AFTER: tuple[tuple[str, Bound], ...] = (
    (r"(?:or|and) (?:more|above|over|higher|older|longer|greater|later|up|upwards)", ">="),
    (r"(?:or|and) (?:less|fewer|below|under|lower|younger|shorter|earlier)", "<="),
    (r"at (?:the )?(?:most|maximum|latest)|max(?:imum)?|tops", "<="),
    (r"at (?:the )?(?:least|minimum)|min(?:imum)?", ">="),
)
BOUND_SIGNS: dict[str, Bound] = {">": ">", "<": "<", "≥": ">=", "≤": "<="}
