# SPDX-License-Identifier: Apache-2.0
"""Packaging. The floors of the client's own dependencies are what tox's `lowest` environment runs with."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VERSION = re.search(r'__version__ = "(.+)"', (HERE / "kfp_server_api/_version.py").read_text()).group(1)
REQUIREMENTS = (HERE / "requirements.txt").read_text().split("\n")

# What an earlier build left there would go into the wheel, files that are gone since among it.
shutil.rmtree(HERE / "build" / "lib", ignore_errors=True)

SERVER = [
    "starlette>=0.37",
    "uvicorn>=0.23",
    "sqlalchemy>=2.0.20",
    "alembic>=1.13",
    "pyyaml>=6.0",
    "python-multipart>=0.0.9",
    "kfp>=2.14.1",
    # Faster, where they can be installed.
    "httptools>=0.6.3; platform_python_implementation == 'CPython'",
    "uvloop>=0.19; sys_platform != 'win32' and platform_python_implementation == 'CPython'",
]

setup(
    name="kfp-server-api",
    version=VERSION,
    description="Client of the Kubeflow Pipelines REST API, with a local server that runs pipelines",
    long_description=(HERE / "README.md").read_text(),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    packages=find_packages(include=["kfp_server_api*"]),
    package_data={"kfp_server_api": ["py.typed", "*.pyi", "**/*.pyi"]},
    python_requires=">=3.9",
    install_requires=[line for line in REQUIREMENTS if line and not line.startswith("#")],
    extras_require={
        "server": SERVER,
        "fast": ["orjson>=3.8"],
        "requests": ["requests>=2.28"],
        "progress": ["tqdm>=4.60"],
        "test": ["pytest>=7.4", "responses>=0.23", "hypothesis>=6.80"],
    },
    classifiers=["Programming Language :: Python :: 3", "Typing :: Typed"],
    zip_safe=False,
)
