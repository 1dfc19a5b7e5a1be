"""Compiling a kernel: what it calls is linked into it, and the whole is optimised and translated once.

Numba compiles each function that a kernel calls as if Python might call it next. It optimises it together with all
that it calls, translates it to machine code, and wraps it for Python and for C. So a function five calls below a kernel
is optimised six times and translated six times, and only the last of these is ever run. Under `Kernel`, a compiler
class of Numba, the functions that are called are typed and lowered, and nothing more, until the kernel is complete.
This halves the time of compiling, and the machine code is as quick.

A function that has been compiled in this way can still be called from Python; that compiles it once more, for itself.

Some smaller savings apply while a kernel is compiled. Whole numbers and bools that are written into calls are typed by
their kind, so that `draw(state, 4)` and `draw(state, 7)` are one function. Python's garbage collector is off, because
the compiler makes millions of objects that all live until its end. And the values of Numba's flags, which it compares
hundreds of thousands of times, are put together from the defaults of their class.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import ModuleType
from typing import Any

from numba.core import event, types
from numba.core.caching import NullCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompilerBase, DefaultPassBuilder, _LowerResult
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.dispatcher import Dispatcher
from numba.core.errors import NumbaError
from numba.core.registry import CPUDispatcher
from numba.core.targetconfig import TargetConfig
from numba.core.typed_passes import NativeLowering

from ....interface.garbage import no_collection
from .errors import COMPILING

SCHEME = "functions that a kernel calls are linked into it"
"""The version of this way to compile, which distinguishes kernels on disk from those compiled by another."""


class _Linked(JITCodeLibrary):
    """The code of a function that a kernel calls: linked with all that it calls itself, and neither optimised as a
    whole nor translated."""

    def finalize(self) -> None:
        """Link what the function calls."""
        self._raise_if_finalized()
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True


class _Later:
    """The entry for Python in place of a function that has no machine code of its own yet."""

    def __init__(self, dispatcher: Dispatcher):
        self._dispatcher = dispatcher

    def __call__(self, *arguments: Any) -> Any:
        overloads: dict[Any, Any] = self._dispatcher.overloads
        for types_ in [types_ for types_, made in overloads.items() if made.entry_point is self]:
            del overloads[types_]
        return self._dispatcher(*arguments)


@register_pass(mutates_CFG=True, analysis_only=False)
class _CalleeLowering(NativeLowering):
    """Lowering of a function that a kernel calls."""

    _name = "rumpus_callee_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function of this state, without wrappers and machine code."""
        internal, flags = state.flags.no_compile, state.flags
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        state.library = _Linked(state.targetctx.codegen(), state.func_id.func_qualname)
        super().run_pass(state)
        if not internal:  # parts of operations, which Numba links by itself
            made, entry = state["cr"], _Later(_compiling.stack[-1])
            state.library.finalize()
            state.targetctx.insert_user_function(entry, made.fndesc, [state.library])
            state["cr"] = _LowerResult(made.fndesc, made.call_helper, cfunc=entry, env=made.env)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _KernelLowering(NativeLowering):
    """Lowering of a kernel, which Python calls and C does not."""

    _name = "rumpus_kernel_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower the function of this state, without its wrapper for C."""
        state.flags.no_cfunc_wrapper = True
        return super().run_pass(state)


def _passes(state: Any, lowering: type[NativeLowering]) -> list[PassManager]:
    """Numba's passes with another for lowering."""
    usual = DefaultPassBuilder.define_nopython_pipeline(state)
    passes = PassManager(usual.pipeline_name)
    for each, what in usual.passes:
        passes.add_pass(lowering if each is NativeLowering else each, what)
    passes.finalize()
    return [passes]


class Kernel(CompilerBase):
    """The compiler of kernels: `@njit(pipeline_class=Kernel)`."""

    def define_pipelines(self) -> list[PassManager]:
        """The passes of a kernel."""
        return _passes(self.state, _KernelLowering)

    def _compile_core(self) -> Any:
        with _compiling.within():
            return super()._compile_core()


def compile_whole(module: ModuleType) -> None:
    """Have the functions of a module that it keeps on disk compiled as kernels; those for CUDA stay as they are."""
    for each in vars(module).values():
        own = isinstance(each, CPUDispatcher) and each.py_func.__module__ == module.__name__
        if own and not isinstance(each._cache, NullCache):
            each._compiler.pipeline_class = Kernel


class _Compiling(event.Listener):
    """The kernel that is being compiled. Numba's lock is held all the while, so there is one in a process."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._depth = 0

    def on_start(self, event: event.Event) -> None:
        """A function that is called is being compiled."""
        self.stack.append(event.data["dispatcher"])

    def on_end(self, event: event.Event) -> None:
        """It has been, or has failed."""
        self.stack.pop()

    @contextmanager
    def within(self) -> Iterator[None]:
        """Compile what is called as this module says; within a kernel, nothing is left to do."""
        self._depth += 1
        with ExitStack() as stack:
            stack.callback(self._leave)
            if self._depth == 1:
                event.register(COMPILING, self)
                stack.callback(event.unregister, COMPILING, self)
                for owner, name, replacement in _REPLACED:
                    stack.callback(setattr, owner, name, getattr(owner, name))
                    setattr(owner, name, replacement)
                stack.enter_context(no_collection())
            yield

    def _leave(self) -> None:
        self._depth -= 1

    def usual(self, state: Any) -> bool:
        """Whether a function is compiled as Numba does it: for Python objects, or because it is kept on disk."""
        if state.flags.no_compile:
            return False
        kept = bool(self.stack) and not isinstance(self.stack[-1]._cache, NullCache)
        return bool(state.flags.force_pyobject) or kept or not self.stack


_compiling = _Compiling()
_usual_pipelines, _usual_overload = Compiler.define_pipelines, Dispatcher.add_overload
_usual_call = types.Dispatcher.get_call_type


def _define_pipelines(compiler: Compiler) -> list[PassManager]:
    usual = _compiling.usual(compiler.state)
    return _usual_pipelines(compiler) if usual else _passes(compiler.state, _CalleeLowering)


def _add_overload(dispatcher: Dispatcher, made: Any) -> None:
    """Numba's table for calls from Python gets those alone that Python can call; other calls end in `_Later`."""
    if isinstance(made.entry_point, _Later):
        dispatcher.overloads[tuple(made.signature.args)] = made
    else:
        _usual_overload(dispatcher, made)


def _get_call_type(called: Any, context: Any, args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
    literal = types.IntegerLiteral, types.BooleanLiteral
    plain = tuple(types.unliteral(each) if isinstance(each, literal) else each for each in args)
    if plain != tuple(args) and called.dispatcher.py_func.__module__.partition(".")[0] != "numba":
        try:
            return _usual_call(called, context, plain, kws)
        except NumbaError:
            pass  # it needs the values, such as those of an index into a tuple
    return _usual_call(called, context, args, kws)


@cache
def _defaults(config: type[TargetConfig]) -> dict[str, Any]:
    return {name: option.default for name, option in config.options.items()}


def _values(config: TargetConfig) -> dict[str, Any]:
    return {**_defaults(type(config)), **config._values}


_REPLACED = (
    (Compiler, "define_pipelines", _define_pipelines),
    (Dispatcher, "add_overload", _add_overload),
    (types.Dispatcher, "get_call_type", _get_call_type),
    (TargetConfig, "values", _values),
)
"""Methods of Numba that are others while a kernel is compiled."""
