# SPDX-License-Identifier: Apache-2.0
"""Components as processes: what they install, what they print, and containers.

No postponed annotations here: kfp reads those of components as types.
"""

import functools
import importlib.metadata
import importlib.util
import os
import site
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.calling import pipeline  # noqa: E402
from fixtures.running import compiled, read, run  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

SHARED = Path(__file__).resolve().parents[4] / "shared" / "pipelines"
component = functools.partial(dsl.component, base_image="python:3.11")
needs_pip = pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="pip is not installed")


@component
def version_of(package: str) -> str:
    import importlib.metadata

    return importlib.metadata.version(package)


@component
def pip(arguments: list) -> str:
    import subprocess
    import sys

    command = [sys.executable, "-m", "pip", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@component
def pip_and_import(arguments: list, modules: list) -> list:
    import importlib
    import subprocess

    subprocess.run(["pip", *arguments], check=True)
    return [importlib.import_module(module).WHO for module in modules]


@component
def leave(code: int):
    import sys

    sys.exit(code)


@dsl.container_component
def shell(script: str, result: dsl.OutputPath(int), file: dsl.Output[dsl.Dataset]):
    return dsl.ContainerSpec(image="alpine:9", command=["sh", "-c", script, result, file.path])


@dsl.container_component
def no_such_program():
    return dsl.ContainerSpec(image="example/tool:1", command=["no-such-program-here", "--now"])


@dsl.container_component
def entrypoint():
    return dsl.ContainerSpec(image="example/tool:2")


@dsl.pipeline
def asking(package: str) -> str:
    return version_of(package=package).output


@dsl.pipeline
def using_pip(arguments: list) -> str:
    return pip(arguments=arguments).output


@dsl.pipeline
def installing(arguments: list, modules: list) -> list:
    return pip_and_import(arguments=arguments, modules=modules).output


@dsl.pipeline
def shelling(script: str) -> int:
    return shell(script=script).outputs["result"]


@dsl.pipeline
def exiting(code: int = 3):
    leave(code=code)


@dsl.pipeline
def missing_program():
    no_such_program()


@dsl.pipeline
def only_image():
    entrypoint()


def installed() -> tuple[list[tuple[str, str]], dict[str, int]]:
    """Return what is installed for this interpreter, and when its folders last changed."""
    found = sorted((d.metadata["Name"], d.version) for d in importlib.metadata.distributions())
    folders = [p for p in {*site.getsitepackages(), site.getusersitepackages()} if os.path.isdir(p)]
    return found, {folder: os.stat(folder).st_mtime_ns for folder in folders}


def wheel(folder: Path, name: str, version: str) -> str:
    """Build a package of one module, without a build tool."""
    file = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", f"WHO = '{name} {version}'\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return str(file)


def with_package(package: str) -> Any:
    """Return a pipeline whose component has a package installed as it starts."""

    @dsl.component(base_image="python:3.11", packages_to_install=[package])
    def importer_of_it() -> str:
        import strange_package

        return strange_package.WHO

    @dsl.pipeline(name="with-package")
    def pipeline() -> str:
        return importer_of_it().output

    return pipeline


@needs_pip
def test_user_code_installs_and_replaces_for_itself_alone(tmp_path: Path) -> None:
    before = installed()
    assert "click" in [name for name, _ in before[0]]
    wheels = [wheel(tmp_path, name, "0.0.1") for name in ("strange_package", "click")]
    arguments = ["install", "--no-index", "--no-deps", *wheels]
    ran = run(compiled(installing, tmp_path), tmp_path, arguments=arguments, modules=["strange_package", "click"])
    assert ran.outputs == {"Output": ["strange_package 0.0.1", "click 0.0.1"]}
    assert installed() == before


@needs_pip
def test_user_code_cannot_remove_a_package_of_the_server(tmp_path: Path) -> None:
    before = installed()
    assert "click" in [name for name, _ in before[0]]
    ran = run(compiled(using_pip, tmp_path), tmp_path, arguments=["uninstall", "--yes", "click"])
    assert "outside environment" in ran.outputs["Output"]
    assert installed() == before


@needs_pip
def test_pip_settings_of_the_server_do_not_lead_installs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_TARGET", str(tmp_path / "elsewhere"))
    settings = tmp_path / "pip.conf"
    settings.write_text("[install]\nuser = true\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    spec = compiled(with_package(wheel(tmp_path, "strange_package", "1.5")), tmp_path)
    assert run(spec, tmp_path).outputs == {"Output": "strange_package 1.5"}
    assert not (tmp_path / "elsewhere").exists()


def test_the_servers_kfp_serves_in_place_of_the_one_that_compiled(tmp_path: Path) -> None:
    spec = compiled(asking, tmp_path)
    text = str(spec).replace(f"kfp=={importlib.metadata.version('kfp')}", "kfp==2.0.0")
    assert "kfp==2.0.0" in text
    changed = eval(text, {})
    ran = run(changed, tmp_path, package="kfp")
    assert ran.outputs == {"Output": importlib.metadata.version("kfp")}


def test_a_component_without_packages_never_calls_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # pip fails at once with a setting that it does not understand.
    monkeypatch.setenv("PIP_TIMEOUT", "never")
    assert run(compiled(asking, tmp_path), tmp_path, package="kfp").last["state"] == "SUCCEEDED"


def test_a_container_component_runs_as_a_command(tmp_path: Path) -> None:
    script = 'echo working; echo 42 > "$0"; echo content > "$1"'
    ran = run(compiled(shelling, tmp_path), tmp_path, script=script)
    assert ran.outputs == {"Output": 42}
    artifact = ran.tasks("shell")[-1]["outputs"]["file"]
    assert Path(artifact["uri"]).read_text() == "content\n"


def test_the_log_of_a_container_component_says_that_there_is_no_container(tmp_path: Path) -> None:
    log = run(compiled(shelling, tmp_path), tmp_path, script='echo working; echo 1 > "$0"').log("shell")
    notice, working = log.splitlines()
    assert "on this machine and not in image 'alpine:9'" in notice
    assert working == "working"


def test_a_missing_program_of_a_container_is_explained(tmp_path: Path) -> None:
    error = run(compiled(missing_program, tmp_path), tmp_path).last["error"]
    assert "task 'no-such-program' failed: command 'no-such-program-here' cannot be started" in error
    assert "not in image 'example/tool:1'" in error


def test_a_value_that_no_command_line_can_have_is_named(tmp_path: Path) -> None:
    ran = run(compiled(shelling, tmp_path), tmp_path, script="echo a\0b")
    assert "a value in its command has a NUL character" in ran.last["error"]
    assert "a NUL character" in ran.log("shell")


def test_an_exit_code_is_a_reason(tmp_path: Path) -> None:
    ran = run(compiled(exiting, tmp_path), tmp_path)
    assert ran.last["error"] == f"task 'leave' failed: exited with code 3 (log: {ran.directory}/tasks/leave/log.txt)"


@pytest.mark.parametrize(
    ("executors", "error"),
    [
        ({}, "component 'comp-step' has no executor in the pipeline"),
        ({"exec-step": {"resolver": {}}}, "its executor is resolver, which the local server cannot run"),
        ({"exec-step": {}}, "its executor is nothing, which the local server cannot run"),
    ],
    ids=["none", "unknown", "empty"],
)
def test_a_component_that_cannot_be_run_is_explained(tmp_path: Path, executors: Any, error: str) -> None:
    spec = {**pipeline("true"), "deploymentSpec": {"executors": executors}}
    assert run(spec, tmp_path).last["error"] == f"task 'step' failed: {error}"


def test_an_input_that_nothing_gives_a_value_is_named(tmp_path: Path) -> None:
    spec = pipeline("true")
    spec["components"]["comp-step"]["inputDefinitions"] = {"parameters": {"n": {}}, "artifacts": {"file": {}}}
    assert run(spec, tmp_path).last["error"] == "task 'step' failed: input 'n', 'file' has no value"


def test_a_container_that_relies_on_its_image_is_explained(tmp_path: Path) -> None:
    error = run(compiled(only_image, tmp_path), tmp_path).last["error"]
    assert "it has no command of its own" in error
    assert "not in image 'example/tool:2'" in error


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pipelines are not here")
@pytest.mark.parametrize(
    ("name", "parameters", "outputs"),
    [
        ("add_numbers", {"a": 3, "b": 4}, {"Output": 7}),
        ("dict_input", {"struct": {"a": 1}}, {}),
        ("flip_coin", {}, {}),
        ("lightweight_python_functions_pipeline", {"message": "m"}, {}),
        ("missing_kubernetes_optional_inputs", {}, {}),
        ("mixed_parameters", {}, {}),
        ("pipeline_with_condition", {}, {}),
        ("pipeline_with_metrics_outputs", {}, {}),
        ("producer_consumer_param_pipeline", {}, {}),
    ],
)
def test_a_real_pipeline_runs(tmp_path: Path, name: str, parameters: dict[str, Any], outputs: dict[str, Any]) -> None:
    assert run(read(SHARED / f"{name}.yaml"), tmp_path, **parameters).outputs == outputs


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pipelines are not here")
def test_a_real_failing_pipeline_fails_with_its_reason(tmp_path: Path) -> None:
    last = run(read(SHARED / "fail_v2.yaml"), tmp_path).last
    assert last["state"] == "FAILED"
    assert last["error"].startswith("task 'fail' failed: exited with code 1 (log: ")


def test_a_command_sees_the_running_python_as_python3(tmp_path: Path) -> None:
    script = 'python3 -c "import sys; print(sys.version_info[1])" > "$0"'
    assert run(compiled(shelling, tmp_path), tmp_path, script=script).outputs == {"Output": sys.version_info[1]}


def test_a_component_that_a_beta_of_kfp_2_compiled_runs(tmp_path: Path) -> None:
    text = str(compiled(asking, tmp_path)).replace("_KFP_RUNTIME=true python3 -m kfp.dsl", "python3 -m kfp.components")
    assert "python3 -m kfp.components.executor_main" in text
    spec = {**eval(text, {}), "sdkVersion": "kfp-2.0.0-beta.9"}
    without_client = [{"name": "_KFP_RUNTIME", "value": "true"}]
    spec["deploymentSpec"]["executors"]["exec-version-of"]["container"]["env"] = without_client
    assert run(spec, tmp_path, package="kfp").outputs == {"Output": importlib.metadata.version("kfp")}


def test_a_component_that_needs_another_kfp_says_to_compile_again(tmp_path: Path) -> None:
    spec = pipeline("echo Traceback '(most recent call last):'; echo \"ImportError: no X in kfp\"; exit 1")
    error = run({**spec, "sdkVersion": "kfp-2.0.0-beta.9"}, tmp_path).last["error"]
    assert "compiled by kfp-2.0.0-beta.9" in error
    assert "compile it again" in error
    assert "compile it again" not in run({**spec, "sdkVersion": "kfp-2.1.0"}, tmp_path / "other").last["error"]


@needs_pip
def test_packages_beside_kfp_are_installed(tmp_path: Path) -> None:
    file = wheel(tmp_path, "strange_package", "1.7")

    @dsl.component(base_image="python:3.11", packages_to_install=["kfp>=2", file])
    def both() -> str:
        import strange_package

        return strange_package.WHO

    @dsl.pipeline(name="both")
    def both_pipeline() -> str:
        return both().output

    assert run(compiled(both_pipeline, tmp_path), tmp_path).outputs == {"Output": "strange_package 1.7"}


@needs_pip
def test_a_package_is_installed_for_components_alone_and_once(tmp_path: Path) -> None:
    before = installed()
    spec = compiled(with_package(wheel(tmp_path, "strange_package", "1.8")), tmp_path)
    assert run(spec, tmp_path).outputs == {"Output": "strange_package 1.8"}
    assert installed() == before
    assert importlib.util.find_spec("strange_package") is None
    (kept,) = (folder for folder in (tmp_path / ".packages").iterdir() if folder.is_dir())
    marked = next(kept.rglob("strange_package.py"))
    marked.write_text("WHO = 'kept'\n")
    (tmp_path / "run-1").rename(tmp_path / "earlier")
    assert run(spec, tmp_path).outputs == {"Output": "kept"}


@needs_pip
def test_the_reason_of_a_failed_install_is_pips(tmp_path: Path) -> None:
    spec = compiled(with_package("no-such-package-here==1"), tmp_path)
    container = spec["deploymentSpec"]["executors"]["exec-importer-of-it"]["container"]
    container["env"] = [{"name": "PIP_NO_INDEX", "value": "1"}]
    error = run(spec, tmp_path).last["error"]
    assert error.startswith("task 'importer-of-it' failed: pip could not install 'no-such-package-here==1': ")
    assert "No matching distribution found for no-such-package-here==1" in error


def test_an_importer_gives_no_parameters(tmp_path: Path) -> None:
    spec = {
        **pipeline("true"),
        "deploymentSpec": {"executors": {"exec-step": {"importer": {"artifactUri": {"constant": "/a"}}}}},
    }
    spec["components"]["comp-step"]["outputDefinitions"] = {"parameters": {"n": {"parameterType": "STRING"}}}
    assert run(spec, tmp_path).last["error"] == "task 'step' failed: it has not written its output 'n' (STRING)"
