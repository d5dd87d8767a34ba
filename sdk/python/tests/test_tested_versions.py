"""What the patches, the documents and the matrix say of versions is the same."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

from aegis.patch.catalogue import CATALOGUE

ROOT = Path(__file__).parents[3]
LIBRARIES = Path(__file__).parent / "libraries"
PATCHES = {one.distribution: one for one in (import_module(f"aegis.patch.{module}").PATCH for module in CATALOGUE.values())}

MATRIX = json.loads((LIBRARIES / "matrix.json").read_text("utf-8"))


def test_documents() -> None:
    """[SDK-30] The table of the documents says of each library the versions its patch says, and there is a page for it."""
    page = ROOT / "docs" / "how-to" / "python" / "README.md"
    rows = re.findall(r"^\| \[([\w.-]+)\]\(([\w.-]+\.md)\) \| from ([\d.]+), before ([\d.]+) \|", page.read_text("utf-8"), re.MULTILINE)
    assert {name: (oldest, first_not) for name, _, oldest, first_not in rows} == {name: PATCHES[name].tested for name, *_ in rows}
    assert all((page.parent / name).is_file() for _, name, _, _ in rows)
    assert set(MATRIX) <= {name for name, *_ in rows}


def test_matrix() -> None:
    """[SDK-30] The oldest tested version of a library is the one the matrix installs."""
    for name, entry in MATRIX.items():
        package = entry["packages"][0]
        oldest = re.escape(PATCHES[name].tested[0])
        assert re.fullmatch(rf"{re.escape(name)}(\[\w+\])?=={oldest}(\.\d+)*", package), package
        assert (LIBRARIES / entry["test"]).is_file()
