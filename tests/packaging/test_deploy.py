"""The examples for one machine at a cloud, as far as they can be tried without one."""
import os
import re
import shutil
import subprocess

import pytest

from support.repository import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
CLOUD_INIT = DEPLOY / "cloud-init.yaml"
WITHIN_S = 600


def filled_in():
    """cloud-init.yaml as Terraform makes it of its template; its values."""
    call = re.search(r'templatefile\("[^"]*cloud-init\.yaml", \{(.*?)\n  \}\)', (DEPLOY / "terraform/main.tf").read_text(),
                     re.DOTALL)
    values = {name: f"value-of-{name}" for name in re.findall(r"^\s*(\w+)\s*=", call[1], re.MULTILINE)}
    assert "public_url" in values
    return re.sub(r"\$\{([^}]*)\}", lambda found: values[found[1]], CLOUD_INIT.read_text()), values


def test_what_cloud_init_wants_filled_in_is_what_terraform_has():
    text, values = filled_in()
    assert "${" not in text and "%{" not in text, "a template's own words"
    for value in values.values():
        assert value in text


def test_the_first_boots_script_is_one():
    text, _ = filled_in()
    script = text[text.index("#!/bin/sh"):text.index("\nruncmd:")]
    done = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_terraform_plans_the_machine(tmp_path):
    """With the provider's schema and no cloud. HAAT_TERRAFORM_PLUGINS: a folder with the provider, where it cannot be
    fetched."""
    if shutil.which("terraform") is None:
        pytest.skip("no terraform here")
    shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns(".terraform*"))
    mirror = os.environ.get("HAAT_TERRAFORM_PLUGINS")
    options = [f"-plugin-dir={mirror}"] if mirror else []

    def terraform(*words):
        return subprocess.run(["terraform", *words, "-no-color"], cwd=tmp_path / "deploy/terraform", text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=WITHIN_S, env={**os.environ, "CHECKPOINT_DISABLE": "1"})

    if (init := terraform("init", "-backend=false", *options)).returncode != 0:
        pytest.skip(f"no provider here: {init.stdout.splitlines()[-1] if init.stdout else ''}")
    for words in (("validate",), ("test",), ("fmt", "-check", "-recursive")):
        done = terraform(*words)
        assert done.returncode == 0, done.stdout
