"""A recipe says which distributions it was made with, and what to type when they are not there."""

import pytest

from ganfw.config.problems import RecipeError
from ganfw.config.resolve import difference, resolve
from ganfw.training.run_folder import _identity

RECIPE = """\
requires: [{requires}]
data: shapes
generator: {{type: mlp}}
discriminator: {{type: mlp}}
loss: {loss}
"""


@pytest.fixture
def recipe(tmp_path):
    def write(requires, loss="hinge"):
        path = tmp_path / "mine.yaml"
        path.write_text(RECIPE.format(requires=requires, loss=loss))
        return path

    return write


def problems(path, *overrides):
    with pytest.raises(RecipeError) as error:
        resolve(path, overrides)
    return " ".join(str(error.value).split())


def test_what_is_installed_is_no_problem(recipe):
    (stage,) = resolve(recipe("ganfw-losses>=0.1, 'ganfw-core>=0.1,<0.2'")).stages
    assert stage.recipe.requires == ("ganfw-losses>=0.1", "ganfw-core>=0.1,<0.2")


def test_another_version_is_named_with_what_to_type(recipe):
    assert problems(recipe("ganfw-losses>=7")) == (
        "The recipe has a problem: requires it needs ganfw-losses>=7, but 0.1.0 is installed; "
        "pip install -U 'ganfw-losses>=7' (mine.yaml, line 1)"
    )


def test_what_is_missing_matters_only_when_something_is_missing_for_it(recipe):
    path = recipe("ganfw-nowhere>=2", loss="far-away")
    found = problems(path)
    assert "no loss named 'far-away'" in found
    assert (
        "requires it needs ganfw-nowhere>=2, which is not installed; pip install -U 'ganfw-nowhere>=2' "
        "(mine.yaml, line 1)"
    ) in found
    assert resolve(path, ["loss=hinge"]).stages[0].recipe.requires == ("ganfw-nowhere>=2",)


def test_what_is_no_requirement(recipe):
    assert "requires.0 expected a requirement such as ganfw-losses>=0.1, got 'ganfw losses'" in problems(
        recipe("ganfw losses")
    ).replace("requires expected", "requires.0 expected")
    assert "requires" in problems(recipe("3"))


def test_what_a_recipe_requires_does_not_make_it_another_run(recipe):
    documents = [resolve(recipe(requires)).stages[0].document for requires in ("ganfw-losses>=0.1", "")]
    assert difference(*map(_identity, documents)) == []
