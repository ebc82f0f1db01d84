"""The image carries every folder that the product consists of."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_image_is_built_from_every_package() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = built["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = re.findall(r"(?m)^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text())
    # A folder that is not there is no error to the builder: the image would fail at its start.
    assert sorted(copied) == sorted(packages)
