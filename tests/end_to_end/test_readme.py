"""Every command and every Python example of the README and the pages runs, in order, as a reader would type them."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganfw.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# These are followed in an environment of their own: test_plugin_pages.py.
FOLLOWED = [ROOT / "docs/plugins" / f"{name}.md" for name in ("tutorial", "testing", "publishing", "composing")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(ganfw|pip|\./hatchw) ", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")

# Appended to a command that trains, so that it takes a moment.
TINY = "trainer.steps=2 trainer.batch_size=4 trainer.sample_count=4"
SHORT = "trainer.kimg=0.008 trainer.batch_size=4 trainer.sample_count=4"
# What is typed on a page, and what is appended to it here.
COMMANDS = {
    "ganfw recipes": "",
    "ganfw show dcgan": "",
    "ganfw check dcgan loss.type=hinge": "",
    "ganfw data check ./my-pictures image.size=64": "",
    "ganfw sample runs/dcgan --count 16 --out samples": "",
    "ganfw train dcgan data.path=./my-pictures image.size=64": TINY,
    "ganfw sample runs/dcgan/model --count 16 --seed 1 --out samples --grid": "",
    "ganfw train dcgan": TINY,
    "ganfw train dcgan --dry-run": TINY,
    "ganfw train runs/dcgan/recipe.yaml --run runs/again": "",
    "ganfw train dcgan data.path=./my-pictures image.size=64 loss.type=hinge --run runs/mine": TINY,
    "ganfw train dcgan trainer.steps=8000 --run runs/long": TINY,
    "ganfw train dcgan trainer.on_not_finite=skip --run runs/skipping": TINY,
    "ganfw train dcgan trainer.on_not_finite=roll-back trainer.roll_backs=2 --run runs/going-back": TINY,
    "ganfw train dcgan trainer.kimg=256 --run runs/long": SHORT,
    "ganfw train dcgan trainer.batch_size=64 trainer.micro_batches=4 --run runs/large-batch": "trainer.steps=1",
    "ganfw train dcgan trainer.precision=float32 --run runs/float32": TINY,
    "ganfw train dcgan trainer.ema.half_life=20000 --run runs/smoother": TINY,
    "ganfw train dcgan trainer.ema=null --run runs/raw": TINY,
    "ganfw train dcgan 'optimizers.generator.lr={start: 4e-4, end: 4e-5, to_kimg: 128}' --run runs/decay": TINY,
    "ganfw train dcgan optimizers.discriminator.lr=8e-4 --run runs/ttur": TINY,
    "ganfw train acgan": TINY,
    "ganfw train dcgan data.labels=true generator.conditional=true discriminator.conditional=projection "
    "--run runs/emoji-groups": TINY,
    "ganfw train sgan": TINY,
    "ganfw train improved-gan data.labelled=50 --run runs/fifty-labels": TINY,
    "ganfw train dcgan generator_every=2 --run runs/two-to-one": TINY,
    "ganfw train dcgan optimizers.discriminator.max_gradient_norm=1 --run runs/clipped": TINY,
    "ganfw train dcgan discriminator.norm=none 'regularizers.r1={gamma: 1, every: 16}' --run runs/r1": TINY,
    "ganfw train dcgan start_from=runs/dcgan 'freeze=[discriminator]' --run runs/generator-only": TINY,
    "ganfw train dcgan trainer.log_every=10 trainer.sample_every=100 trainer.tracker=null": TINY,
    "ganfw train dcgan 'augmentation.policy=[color,translation]' --run runs/augmented": TINY,
    "ganfw train dcgan data.path=./my-pictures held_out.path=./more-pictures --run runs/watched": TINY,
    "ganfw train aae": TINY,
    "ganfw train vae": TINY,
    "ganfw train bigan loss.type=rpgan --run runs/bigan-rpgan": TINY,
    "ganfw train aae-semi-supervised data.labelled=500 --run runs/sorted": TINY,
    "ganfw train aae prior=mixture generator.latent_dim=2 encoder.code_dim=2 label_informed=true data.labels=true "
    "--run runs/petals": TINY,
    "ganfw new plugin glyphs": "",
    "ganfw new plugin my-loss --kind loss": "",
    "ganfw train dcgan --plugin my_part.py": f"--run runs/part {TINY}",
    "ganfw evaluate runs/dcgan --count 1000": "--count 4",
    "ganfw evaluate runs/dcgan sliced-wasserstein.size=16 --count 1000 --seed 1": "--count 4",
    "ganfw evaluate runs/dcgan --against ./my-pictures --count 100": "--count 4",
    "ganfw train dcgan loss.type=hinge --run runs/hinge": TINY,
    "ganfw evaluate runs/hinge --count 1000 --than runs/dcgan": "--count 4",
    "ganfw train dcgan trainer.evaluation.every_kimg=20 --run runs/measured": f"{TINY} trainer.evaluation.count=4",
    "ganfw report runs/dcgan": "",
    "ganfw export runs/dcgan --to onnx": "",
    "ganfw export runs/dcgan license=apache-2.0 --to hub-folder": "",
    "ganfw report runs/dcgan runs/hinge --out compared.html": "",
    "ganfw export runs/dcgan --to safetensors": "",
    "ganfw export runs/dcgan --to torch-export --out exported": "",
    "ganfw train dcgan trainer.checkpoint_every=500 trainer.keep_checkpoints=4": TINY,
}
# What these do is tested elsewhere, or is what you are doing now.
ELSEWHERE = {
    "pip install ganfw-core ganfw-losses ganfw-classic ganfw-emoji64": "test_packaging.py::test_pip_install_and_train",
    "pip install -r requirements-dev.txt": "test_the_plain_requirements_are_those_of_hatch",
    "./hatchw test": "test_ci_ends_with_the_test_command_of_the_readme",
    ".ci/run": "test_ci_ends_with_the_test_command_of_the_readme",
    "./hatchw env create": ".ci/run begins with it",
    "./hatchw env prune": "hatch's own",
    "./hatchw shell": "hatch's own",
    "ganfw train dcgan --num-processes 2 --run runs/two-processes": "test_two_processes",
    "ganfw train dcgan --num-processes 2 trainer.sync_batch_stats=true --run runs/whole-batch": "test_two_processes",
    "torchrun --nproc-per-node 2 -m -- ganfw train dcgan --run runs/launched": "test_two_processes",
    "accelerate launch --multi_gpu --num_processes 2 -m ganfw train dcgan --run runs/launched": "test_launchers.py",
    "torchrun --nnodes 2 --node-rank 0 --master-addr 10.0.0.1 --nproc-per-node 8 -m -- ganfw train dcgan "
    "--run runs/machines": "test_launchers.py::test_two_machines",
    "OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 benchmarks/scaling.py": "a benchmark",
    "ganfw demo runs/dcgan": "tests/tools/demo",
    "hf auth login": "huggingface_hub's own",
    "ganfw push runs/dcgan owner/name --license apache-2.0": "test_hub.py::test_there_and_back, on this machine",
    "ganfw train dcgan data.type=hub data.name=OWNER/NAME data.split=train": "it needs a network",
    "tensorboard --logdir runs": "it would not end",
}


def workspace():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def blocks(page):
    return [(language, text) for language, text in FENCE.findall(page.read_text())]


def commands(text):
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield shlex.join(words)


def canonical(command):
    return shlex.join(shlex.split(command))


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """A folder like a reader's, with some pictures and a plugin in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANFW_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    for folder in ("my-pictures", "more-pictures"):
        (tmp_path / folder).mkdir()
        for index, (height, width) in enumerate([(64, 64), (70, 90), (128, 65), (64, 100), (80, 80)]):
            pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{index}.png")
    hook = "@ganfw.hookimpl\ndef ganfw_after_run(trainer):\n    print(trainer.images)\n"
    (tmp_path / "my_part.py").write_text(f"import ganfw\n\n\n{hook}")
    return tmp_path


def type_in(command):
    """Run a command of a page, or make sure that something else does."""
    known = {canonical(typed): extra for typed, extra in COMMANDS.items()}
    if command in known:
        with pytest.raises(SystemExit) as stopped:
            main([*shlex.split(command), *shlex.split(known[command])][1:])
        assert stopped.value.code == 0, command
    elif command.startswith("./hatchw run "):
        assert command.split()[2] in workspace()["tool"]["hatch"]["envs"]["default"]["scripts"], command
    else:
        assert command in {canonical(typed) for typed in ELSEWHERE}, (
            f"{command!r} is on a page but not in this file: add it to COMMANDS, with what makes it short"
        )


def shorten(code):
    return re.sub(r"batch_size=[\d_]+", "batch_size=4", re.sub(r"steps=[\d_]+", "steps=2", code))


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if blocks(page) and page not in FOLLOWED],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_page(page, reader):
    names = {}
    for language, text in blocks(page):
        if language == "sh":
            for command in commands(text):
                type_in(command)
        elif language == "python":
            exec(compile(shorten(text), page.name, "exec"), names)
        elif language == "toml":
            tomllib.loads(text)
        else:
            assert language == "", f"{page.name} has a {language} block; this file does not know what to do with it"
            assert not COMMAND.search(text), f"{page.name}: mark commands with ```sh, so that they are tested:\n{text}"


def test_no_command_is_listed_in_vain():
    typed = {
        command
        for page in PAGES
        if page not in FOLLOWED
        for language, text in blocks(page)
        if language == "sh"
        for command in commands(text)
    }
    assert {canonical(command) for command in [*COMMANDS, *ELSEWHERE]} - typed == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_index_names_every_page():
    index = (ROOT / "docs" / "README.md").read_text()
    for page in sorted((ROOT / "docs").rglob("*.md")):
        name = str(page.relative_to(ROOT / "docs"))
        assert name == "README.md" or f"({name})" in index, f"docs/README.md does not name {name}"


def test_the_demo_command(reader):
    words = shlex.split(workspace()["tool"]["hatch"]["envs"]["default"]["scripts"]["demo"].replace("{args}", TINY))
    assert words[0] == "ganfw"
    with pytest.raises(SystemExit) as stopped:
        main(words[1:])
    assert stopped.value.code == 0
    assert sorted(entry.name for entry in (reader / "runs/demo").iterdir()) == [
        "checkpoints", "environment.json", "logs", "model", "recipe.yaml", "samples",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "-m ganfw train dcgan --num-processes 2 trainer.sync_batch_stats=true --run runs/both",
        "-m torch.distributed.run --nproc-per-node 2 -m -- ganfw train dcgan --run runs/both",
    ],
    ids=["ganfw", "torchrun"],
)
def test_two_processes(command, reader):
    done = subprocess.run(
        [sys.executable, *command.split(), *TINY.split()],
        capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("model:") == 1
    assert (reader / "runs/both/model/model.safetensors").is_file()


def test_ci_ends_with_the_test_command_of_the_readme():
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line.strip()]
    assert lines[-1] == "./hatchw test"
    assert "\n./hatchw test " in (ROOT / "README.md").read_text()


def test_the_plain_requirements_are_those_of_hatch():
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    asked = {line for line in lines if line and not line.startswith(("#", "-e"))}
    groups = workspace()["dependency-groups"]
    assert asked == {name for group in ("torch", "test", "lint") for name in groups[group]}
    editable = {line.removeprefix("-e ") for line in lines if line.startswith("-e")}
    assert editable == {str(file.parent.relative_to(ROOT)) for file in ROOT.glob("packages/**/pyproject.toml")}
