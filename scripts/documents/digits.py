"""Numbers as documents write them."""
import math
import re

# A number in running text: 1,646 or 16.4 or -3.
WRITTEN = r"[-+]?\d[\d,]*(?:\.\d+)?"
WORDS = {word: number for number, word in enumerate(
    "none one two three four five six seven eight nine ten eleven twelve".split())}


def value_of(written):
    return float(WORDS.get(written.lower(), written.replace(",", "")))


def rounded(value, significant):
    """To so many digits, half away from zero, as a reader rounds; rounding works on what the value is to 12 digits."""
    if value == 0 or not math.isfinite(value):
        return value
    power = significant - 1 - math.floor(math.log10(abs(value)))
    return half_up(value, power)


def half_up(value, decimals):
    scaled = float(f"{abs(value) * 10.0 ** decimals:.12g}")
    return math.copysign(math.floor(scaled + 0.5) / 10.0 ** decimals, value)


def write(value, like, significant=None):
    """The value with as many digits as `like` has, or with so many significant ones."""
    if like.lower() in WORDS:
        words = {number: word for word, number in WORDS.items()}
        word = words.get(round(value)) if abs(value - round(value)) < 1e-9 else None
        if word is None:
            return write(value, "1", significant)
        return word.capitalize() if like[0].isupper() else word
    decimals = len(like.split(".")[1]) if "." in like else 0
    if significant is not None:
        value = rounded(value, significant)
        if value:
            decimals = max(0, significant - 1 - math.floor(math.log10(abs(value))))
    value = half_up(value, decimals)
    text = f"{value:+,.{decimals}f}" if like.startswith("+") else f"{value:,.{decimals}f}"
    if "," not in like and re.fullmatch(r"[-+]?\d{4,}(\.\d+)?", like):
        text = text.replace(",", "")  # written without separators before
    return text
