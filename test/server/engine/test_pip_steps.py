# SPDX-License-Identifier: Apache-2.0
"""The steps with which compiled components install packages."""

from __future__ import annotations

import pytest

from kfp_server_api.server.engine.pip_steps import requirements, with_todays_executor, without_installs

START = 'if ! [ -x "$(command -v pip)" ]; then\n    python3 -m ensurepip || python3 -m ensurepip --user\nfi\n\n'
PIP = "python3 -m pip install --quiet --no-warn-script-location"
KFP = f"{PIP} 'kfp==2.1.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'"
OPTIONS = ["--quiet", "--no-warn-script-location"]


def split(steps: str) -> tuple[list[str], list[list[str]]]:
    """Split the command of a component with these steps."""
    return without_installs(["sh", "-c", f'\n{START}PIP_DISABLE_PIP_VERSION_CHECK=1 {steps} && "$0" "$@"\n', "sh"])


@pytest.mark.parametrize(
    ("steps", "installs"),
    [
        (KFP, []),
        (f"{PIP} 'kfp==2.0.0-beta.9'", []),
        (f"{PIP} 'pandas==2'  &&  {KFP}", [["pandas==2"]]),
        (f"{PIP} 'kfp==2.17.3' 'toolz==0.12.1'", [["toolz==0.12.1"]]),
        (f"{PIP} 'kfp>=2' 'toolz'", [["toolz"]]),
        (f"{PIP} 'kfp[kubernetes]' 'toolz'", [["toolz"]]),
        (f"{PIP} 'kfp-pipeline-spec' 'kfp_x'", [["kfp-pipeline-spec", "kfp_x"]]),
        (f"{PIP} 'git+https://host/kfp@v2#subdirectory=sdk/python'", []),
        (
            f"{PIP} --index-url https://host/kfp --trusted-host kfp 'a'",
            [["--index-url", "https://host/kfp", "--trusted-host", "kfp", "a"]],
        ),
        (f"{PIP} \"a; python_version<'3.99'\" 'b'", [["a; python_version<'3.99'", "b"]]),
    ],
)
def test_all_but_kfp_is_left_to_be_installed(steps: str, installs: list[list[str]]) -> None:
    command, found = split(steps)
    assert command == ["sh", "-c", '"$0" "$@"', "sh"]
    assert found == [[*OPTIONS, *words] for words in installs]


def test_the_environment_that_the_compiler_makes_is_cut() -> None:
    own = (
        'export PIP_DISABLE_PIP_VERSION_CHECK=1\ntmp=$(mktemp -d)\npython3 -m venv "$tmp/venv" --system-site-packages\n'
    )
    command, found = split(f"{PIP} 'a' && \n{own}. \"$tmp/venv/bin/activate\"\n{KFP}")
    assert (command[2], found) == ('"$0" "$@"', [[*OPTIONS, "a"]])


def test_code_that_names_such_a_step_stays_as_it_is() -> None:
    code = "print(\"python3 -m pip install 'kfp==1' && true\")"
    assert without_installs(["sh", "-c", code]) == (["sh", "-c", code], [])


def test_values_of_options_are_no_requirements() -> None:
    assert requirements(["-q", "--index-url", "https://host", "a", "-r", "file", "b"]) == ["a", "-r", "file", "b"]


def test_a_component_of_a_beta_of_kfp_2_runs_with_todays_executor() -> None:
    script = 'python3 -m kfp.components.executor_main --component_module_path "$program_path/code.py" "$@"'
    assert with_todays_executor(["sh", "-ec", script, "import kfp.components"]) == [
        "sh",
        "-ec",
        script.replace("kfp.components", "kfp.dsl"),
        "import kfp.components",
    ]
