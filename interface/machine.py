"""The capabilities of this machine: cores, memory, screen, sound, controllers, CUDA, video codecs."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from importlib import metadata
from typing import Any

from .viewer import NoDisplayError, open_display

_PACKAGES = (
    "numpy",
    "numba",
    "torch",
    "gymnasium",
    "pettingzoo",
    "pygame",
    "opencv-python-headless",
    "imageio",
    "numba-cuda",
    "mujoco",
    "dm_control",
)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """A report as plain data: python, platform, cores, display, sound, controllers, cuda, video, packages (the version
    of each, or None). No window, device or file stays open."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cores": cores(),
        "display": _display(),
        "sound": _sound(),
        "controllers": _controllers(),
        "cuda": _cuda(),
        "video": _video(),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def _display() -> dict[str, Any]:
    from unittest.mock import patch  # imports asyncio, which worlds do without

    # without this variable SDL still tries Wayland, and prints an error
    quiet = {"XDG_RUNTIME_DIR": os.environ.get("XDG_RUNTIME_DIR", tempfile.gettempdir())}
    try:
        with patch.dict(os.environ, quiet):
            pygame = open_display()
    except NoDisplayError as error:
        return {"ok": False, "detail": str(error)}
    driver, size = pygame.display.get_driver(), pygame.display.get_desktop_sizes()[0]
    pygame.display.quit()
    return {"ok": True, "detail": f"{driver}, {size[0]}x{size[1]} pixels"}


def _sound() -> dict[str, Any]:
    import pygame

    try:
        pygame.mixer.init()
    except pygame.error as error:
        return {"ok": False, "detail": f"there is no device for sound ({error}): play goes on without"}
    rate, _, channels = pygame.mixer.get_init()
    pygame.mixer.quit()
    return {"ok": True, "detail": f"{rate:,} samples a second, {channels} channels"}


def _controllers() -> dict[str, Any]:
    import pygame

    try:
        from pygame._sdl2 import controller

        controller.init()
        names = [controller.name_forindex(place) for place in range(controller.get_count())]
        controller.quit()
    except (ImportError, pygame.error) as error:
        return {"ok": False, "detail": f"game controllers cannot be asked for ({error})"}
    known = [name for name in names if name]
    return {"ok": bool(known), "detail": ", ".join(known) or "no game controller is plugged in"}


def _cuda() -> dict[str, Any]:
    try:
        import torch
    except ImportError as error:
        return {"ok": False, "detail": f"torch cannot be imported ({error}): pip install 'rumpus[learn]'"}
    if _version("numba-cuda") is None:
        return {"ok": False, "detail": "numba-cuda is not installed: pip install 'rumpus[cuda]'"}
    if torch.version.cuda is None:
        return {
            "ok": False,
            "detail": f"torch {torch.__version__} is a build without CUDA; see pytorch.org for one with it",
        }
    if not torch.cuda.is_available():
        return {"ok": False, "detail": "no CUDA device or driver is found; `nvidia-smi` tells more"}
    return {"ok": True, "detail": ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))}


def _video() -> dict[str, Any]:
    try:
        import imageio_ffmpeg

        return {"ok": True, "detail": f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}: mp4 and gif"}
    except (ImportError, RuntimeError, OSError) as error:
        return {"ok": False, "detail": f"no mp4, gif only: {error}; pip install imageio-ffmpeg"}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def lines(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The report as rows (name, "yes", "no" or "", detail) for a table."""
    rows = [("python", "", f"{report['python']} at {sys.executable}"), ("platform", "", report["platform"])]
    rows.append(("cores", "", str(report["cores"])))
    rows += [
        (name, "yes" if report[name]["ok"] else "no", report[name]["detail"])
        for name in ("display", "sound", "controllers", "cuda", "video")
    ]
    versions = ", ".join(f"{name} {version or 'missing'}" for name, version in report["packages"].items())
    return [*rows, ("packages", "", versions)]


def processor() -> str:
    """The name of the processor, "unknown" where the system does not tell."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            found = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        found = []
    return (found[0] if found else platform.processor()) or "unknown"


def load() -> float | None:
    """The processes that ran or waited for a core in the last minute, on average; None where the system does not
    tell."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None
