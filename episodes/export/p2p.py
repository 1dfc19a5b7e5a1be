"""Open-P2P: for each trajectory a folder with an MP4 of small pictures and an annotation.proto, at 20 frames a second.

    OUT/ID/192x192.mp4          the steps + 1 pictures that the player saw
    OUT/ID/annotation.proto     an annotation for each picture

As in recordings of Open-P2P, the annotation of a picture holds what was done since the picture before: its loader puts
picture i beside annotation i + 1. So the first annotation is of no known action, and annotation i + 1 holds step i.
Fields and their numbers are those of elefant-ai/open-p2p (elefant/data/proto, read November 2026), names of keys those
of its elefant/data/action_mapping.py.

Actions of people, experts and others are `user_action`s, which its training imitates; those of policies, language
models and the random policy are `system_action`s, which it masks. Mouse motion is in pixels of a screen of SCREEN rows,
the wheel in notches, up positive. The instruction stands at the annotation of the first action, for the time of the
whole video.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from ...interface.keys import BUTTONS, KEYS, WHEEL
from .actions import SCREEN, screen_pixels
from .folder import child
from .mp4 import Mp4
from .trajectories import Frame, Plan, Trajectory

SIZE, FPS = (192, 192), 20.0
"""Those of its models; its loader reads texts at FPS whatever the video says."""
ANNOTATOR = "rumpus"
"""The `version` of the texts' annotator, which its training asks for as text_annotation_model_version."""
USER = ("person", "expert", "other")

_FIELDS = {
    "Vec2Int": ("1 x int32", "2 y int32"),
    "MouseAction": ("3 mouse_delta_px Vec2Int", "4 scroll_delta_px Vec2Int", "9 buttons_down string*"),
    "KeyboardAction": ("1 keys string*",),
    "LowLevelAction": ("2 keyboard KeyboardAction", "3 is_known bool", "4 mouse MouseAction"),
    "FrameTextAnnotator": ("1 provider string", "2 version string"),
    "FrameTextAnnotation": (
        "1 instruction string", "2 frame_text_annotator FrameTextAnnotator", "3 duration float",
    ),
    "FrameAnnotation": (
        "1 user_action LowLevelAction", "6 system_action LowLevelAction",
        "7 frame_text_annotation FrameTextAnnotation*", "8 frame_time uint64",
    ),
    "WindowSpecs": ("1 width int32", "2 height int32", "5 title string"),
    "CaptureDeviceSpecs": ("3 window_specs WindowSpecs",),
    "VideoAnnotationEnv": ("1 env string", "2 env_subtype string", "3 env_version string"),
    "VideoAnnotationMetadata": (
        "1 id string", "2 timestamp int64", "3 user string", "4 tasks string*", "5 frames_per_second float",
        "6 env VideoAnnotationEnv", "10 capture_device_specs CaptureDeviceSpecs",
    ),
    "VideoAnnotation": ("2 metadata VideoAnnotationMetadata", "3 frame_annotations FrameAnnotation*"),
}  # fmt: skip
"""The messages and fields that are written: number, name, type, * for several."""

_NAMED = {
    "up": "UpArrow", "down": "DownArrow", "left": "LeftArrow", "right": "RightArrow", "space": "Space",
    "page up": "PageUp", "page down": "PageDown", "left ctrl": "LeftControl", "right ctrl": "RightControl",
    "left meta": "LeftWin", "right meta": "RightWin", "caps lock": "CapsLock", "-": "Minus", "=": "Equal",
    "[": "LeftBracket", "]": "RightBracket", "\\": "Backslash", ";": "Semicolon", "'": "Apostrophe", ",": "Comma",
    ".": "Period", "/": "Slash", "`": "GraveAccent", "keypad +": "Add", "keypad -": "Subtract",
    "keypad enter": "NumpadEnter", **{f"keypad {digit}": f"Numpad{digit}" for digit in range(10)},
}  # fmt: skip
KEY_NAMES = tuple(
    _NAMED.get(key, key if len(key) == 1 else "".join(part.capitalize() for part in key.split())) for key in KEYS
)
"""Open-P2P's names of our keys. Its list has none for the keypad's digits and enter, which its models do not use."""
BUTTON_NUMBERS = {"left": "0", "right": "1", "middle": "2"}


def write(plan: Plan, folder: Path, size: tuple[int, int] | None, fps: float | None) -> Iterator[None]:
    """Write into an empty folder; yields after each trajectory. size, fps: by default SIZE and FPS."""
    size, fps = size or SIZE, fps or FPS
    make = messages(_FIELDS, "p2p")
    for trajectory in plan.trajectories(size):
        place = child(folder, trajectory.name)
        place.mkdir()
        annotation = make["VideoAnnotation"]()
        annotation.metadata.CopyFrom(_metadata(make, trajectory, size, fps))
        with Mp4(place / f"{size[0]}x{size[1]}.mp4", size, fps) as video:
            annotation.frame_annotations.add()
            for frame in trajectory.frames:
                video.add(frame.pixels)
                if frame.number < trajectory.steps:
                    _annotate(annotation.frame_annotations.add(), frame, trajectory, fps)
        (place / "annotation.proto").write_bytes(annotation.SerializeToString(deterministic=True))
        yield


def _metadata(make: dict[str, Any], trajectory: Trajectory, size: tuple[int, int], fps: float) -> Any:
    episode, start = trajectory.episode, trajectory.episode.start
    metadata = make["VideoAnnotationMetadata"](
        id=trajectory.name,
        timestamp=int(episode.began.timestamp()),
        user=str(episode.played_by[trajectory.player]),
        tasks=[trajectory.instruction] if trajectory.instruction else [],
        frames_per_second=fps,
    )
    metadata.env.env, metadata.env.env_subtype, metadata.env.env_version = "rumpus", start.world, str(start.version)
    window = metadata.capture_device_specs.window_specs
    window.height, window.width, window.title = SCREEN, round(SCREEN * size[1] / size[0]), start.world
    return metadata


def _annotate(annotation: Any, frame: Frame, trajectory: Trajectory, fps: float) -> None:
    """Write a step into the annotation of the picture that follows it."""
    by = trajectory.episode.played_by[trajectory.player].kind
    action = annotation.user_action if by in USER else annotation.system_action
    action.is_known = True
    own = frame.action
    action.keyboard.keys.extend(KEY_NAMES[index] for index, held in enumerate(own["keys"]) if held)
    pressed = [name for name, held in zip(BUTTONS, own["buttons"], strict=True) if held]
    action.mouse.buttons_down.extend(sorted(BUTTON_NUMBERS[name] for name in pressed))
    action.mouse.mouse_delta_px.x, action.mouse.mouse_delta_px.y = screen_pixels(own["mouse"])
    if own["wheel"]:
        action.mouse.scroll_delta_px.y = 1 if WHEEL[int(own["wheel"])] == "up" else -1
    annotation.frame_time = round((frame.number + 1) * 1000 / fps)
    if frame.number == 0 and trajectory.instruction:
        text = annotation.frame_text_annotation.add(instruction=trajectory.instruction)
        text.duration = trajectory.steps / fps
        text.frame_text_annotator.provider = text.frame_text_annotator.version = ANNOTATOR


def messages(named: Mapping[str, Sequence[str]], package: str) -> dict[str, Any]:
    """Classes of messages, in a pool of their own: Open-P2P's may be loaded beside them. named: the fields of each, as
    _FIELDS has them."""
    file = FileDescriptorProto(name=f"rumpus/{package}.proto", package=f"rumpus.{package}", syntax="proto3")
    for name, fields in named.items():
        message = file.message_type.add(name=name)
        for number, field, kind in (each.split() for each in fields):
            several, kind = kind.endswith("*"), kind.rstrip("*")
            made = message.field.add(name=field, number=int(number))
            made.label = FieldDescriptorProto.LABEL_REPEATED if several else FieldDescriptorProto.LABEL_OPTIONAL
            if kind in named:
                made.type, made.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".rumpus.{package}.{kind}"
            else:
                made.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
    pool = DescriptorPool()
    pool.Add(file)
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"rumpus.{package}.{name}")) for name in named}
