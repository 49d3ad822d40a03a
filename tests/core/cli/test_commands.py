"""Commands that plugins bring, beside ganfw's own."""

import subprocess
import sys
from types import ModuleType

import pytest

import ganfw as core
from ganfw.plugins.registry import load_registry, using


@pytest.fixture
def plugin():
    """Puts commands in use as a plugin would bring them."""

    def bring(*commands):
        module = ModuleType("extras")
        module.ganfw_register_command = core.hookimpl(lambda: commands)
        return using(load_registry([module], disable="*"))

    return bring


def greet(name: str, loudly: bool = False) -> None:
    print(f"hello {name.upper() if loudly else name}")  # noqa: T201


def complain() -> None:
    raise core.GanfwError("not today")


def test_a_command_is_listed_with_who_brings_it(ganfw, plugin):
    with plugin(core.Command("greet", "no_such_module:greet", "Say hello.")):
        listed = ganfw("--help")
    assert listed.code == 0
    assert "greet" in listed.out
    assert "Say hello (extras)" in " ".join(listed.out.split())


def test_a_command_takes_its_functions_arguments(ganfw, plugin):
    with plugin(core.Command("greet", greet, "Say hello.")):
        assert ganfw("greet", "world", "--loudly").out == "hello WORLD\n"
        assert "Say hello." in ganfw("greet", "--help").out
        assert ganfw("greet").code == 2


def test_a_commands_mistakes_are_messages(ganfw, plugin):
    with plugin(core.Command("complain", complain, "Complain.")):
        result = ganfw("complain")
    assert (result.code, result.err) == (2, "ganfw: not today\n")


def test_a_command_that_cannot_be_imported(ganfw, plugin):
    with plugin(core.Command("greet", "no_such_module:greet", "Say hello.")):
        result = ganfw("greet")
        assert ganfw("recipes").code == 0
    assert (result.code, result.err) == (
        2,
        "ganfw: the command 'greet' of extras cannot be imported from 'no_such_module:greet': ModuleNotFoundError: No "
        "module named 'no_such_module'\n",
    )


def test_ganfws_own_commands_stay(ganfw, plugin):
    with plugin(core.Command("plugins", greet, "Mine.")):
        listed = ganfw("--help")
        assert "Mine." not in listed.out
        assert listed.err == "ganfw: the command 'plugins' of extras is left out: ganfw has one of that name\n"
        assert "extras" in ganfw("plugins").out


def test_a_misspelt_command_is_corrected(ganfw, plugin):
    with plugin(core.Command("greet", greet, "Say hello.")):
        result = ganfw("recipe")
    assert result.code == 2
    assert "No such command 'recipe'" in result.err


def test_the_list_of_commands_imports_no_torch():
    code = (
        "import sys\nfrom ganfw.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    sys.exit('torch' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
