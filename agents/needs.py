"""The needs of parts that are extras, above all of agents that learn: `rumpus[learn]`, which is PyTorch, TensorBoard
and safetensors.

Worlds, tasks, levels, the window, experts and the random policy do without.
"""

from importlib.util import find_spec

LEARN = ("torch", "tensorboard", "safetensors")
"""The modules that `rumpus[learn]` installs."""


def missing(name: str) -> str:
    """The sentence for a module that is missing, with the command that installs it."""
    what = "agents that learn need PyTorch" if name == "torch" else f"this needs {name}"
    package = "'rumpus[learn]'" if name in LEARN else name
    return f"{what}, which is not installed: pip install {package}"


def need(extra: str, *modules: str) -> None:
    """Raise ModuleNotFoundError, with the command that installs the extra, for the first module that is missing."""
    for module in modules:
        if find_spec(module) is None:
            raise ModuleNotFoundError(
                f"this needs {module}, which is not installed: pip install 'rumpus[{extra}]'", name=module
            )


def learning() -> None:
    """Raise ModuleNotFoundError where PyTorch is not installed."""
    try:
        found = find_spec("torch")
    except ModuleNotFoundError:
        found = None
    if found is None:
        raise ModuleNotFoundError(missing("torch"), name="torch")
