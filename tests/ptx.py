"""PTX of kernels, compiled for CUDA without a GPU and kept in the cache folder, since it takes seconds for each family.

The compiler keeps 50 to 100 MB of each family of worlds until its process ends, so it gets a process of its own:

    python tests/ptx.py sokoban /tmp/ptx.json     # "rays" in place of a world: the kernels that draw scenes
"""

import hashlib
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import rumpus.worlds
from rumpus.interface import action
from rumpus.interface.files import write_atomically
from rumpus.worlds.engine.render.raycast import draw
from rumpus.worlds.engine.run import cuda

RAYS = "rays"


def ptx(name: str) -> dict[str, str]:
    """PTX of the kernels of a world, or of those that draw scenes (RAYS), by their names. It is compiled unless it lies
    beside the source text of these very kernels, in a folder whose name is a digest of all that they are made of."""
    tools = version("numba-cuda")
    module = draw.cuda_kernels(tools) if name == RAYS else cuda.cuda_kernels(rumpus.worlds.load(name))
    made_by = [Path(file).read_bytes() for file in (__file__, cuda.__file__, action.__file__)]
    digest = hashlib.sha256(b"".join([*made_by, version("nvidia-nvvm").encode()])).hexdigest()[:16]
    kept = Path(module.__file__ or "").with_name(f"ptx_{digest}.json")
    if not kept.exists():
        done = subprocess.run([sys.executable, __file__, name, str(kept)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return json.loads(kept.read_text())


if __name__ == "__main__":
    made = cuda.rays_ptx() if sys.argv[1] == RAYS else cuda.ptx(rumpus.worlds.load(sys.argv[1]))
    write_atomically(Path(sys.argv[2]), json.dumps(made).encode())
