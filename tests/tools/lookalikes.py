"""Other ways to write an id that a careless comparison takes for the id itself."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

_WIDE = str.maketrans({chr(plain): chr(plain + 0xFEE0) for plain in range(0x21, 0x7F)})

LOOKALIKES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "as it is": str,
        "lower case": str.lower,
        "upper case": str.upper,
        "blanks around": lambda written: f" {written} ",
        "without its dash": lambda written: written.replace("-", ""),
        "full width": lambda written: written.translate(_WIDE),
    }
)
