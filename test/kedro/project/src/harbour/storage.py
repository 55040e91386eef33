# SPDX-License-Identifier: Apache-2.0
"""A dataset, so that the project needs nothing but Kedro."""

import json
import os
from pathlib import Path

from kedro.io import AbstractDataset


class JsonFile(AbstractDataset):
    """One value in a JSON file, which other runs never see half-written."""

    def __init__(self, filepath):
        self._path = Path(filepath)

    def load(self):
        return json.loads(self._path.read_text())

    def save(self, data):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(f".{os.urandom(8).hex()}")
        part.write_text(json.dumps(data))
        part.replace(self._path)

    def _exists(self):
        return self._path.exists()

    def _describe(self):
        return {"filepath": str(self._path)}
