"""What all tests share."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ["RUMPUS_CONFIG"] = tempfile.mkdtemp(prefix="rumpus-config-")  # nobody's own settings are read or written
atexit.register(shutil.rmtree, os.environ["RUMPUS_CONFIG"], ignore_errors=True)


def pytest_addoption(parser):
    """`--regenerate-goldens` writes tests/golden anew instead of comparing with it."""
    parser.addoption("--regenerate-goldens", action="store_true", help="write the golden playthroughs anew")


def pytest_collection_modifyitems(config, items):
    """Tests marked `cuda` need a GPU; where there is none they are left out."""
    if not any(item.get_closest_marker("cuda") for item in items):
        return
    import torch

    if not torch.cuda.is_available():
        marked = [item for item in items if item.get_closest_marker("cuda")]
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]
