"""The reference of a room: its public names from their docstrings, then what these return."""

import importlib
import inspect

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective, SphinxRole

import analysis


def listed(room: str) -> tuple[list[str], list[str]]:
    """Return the names of a room that ``analysis`` has, and the classes that only the room has."""
    home = importlib.import_module(f"analysis.{room}")
    names = [name for name in analysis.__all__ if analysis._HOMES[name].partition(".")[0] == room]
    further = [name for name in getattr(home, "__all__", ()) if name not in analysis.__all__]
    return names, [name for name in further if _is_class_of(room, getattr(home, name))]


def _is_class_of(room: str, thing: object) -> bool:
    """Tell whether a room has made this class; one that it only hands on is listed elsewhere."""
    return inspect.isclass(thing) and thing.__module__.startswith(f"analysis.{room}")


def entry(path: str) -> list[str]:
    """Write the directive of autodoc for one name."""
    module, _, name = path.rpartition(".")
    thing = getattr(importlib.import_module(module), name)
    if not inspect.isclass(thing):
        return [f".. autofunction:: {path}", ""]
    kind = "exception" if issubclass(thing, Exception) else "class"
    return [f".. auto{kind}:: {path}", "   :members:", ""]


def overview(names: list[str]) -> list[str]:
    """Write a table of names with the first sentence of each."""
    lines = [".. list-table::", "   :widths: 30 70", ""]
    for name in names:
        first = (inspect.getdoc(getattr(analysis, name)) or "").partition("\n")[0]
        lines += [f"   * - `{name}`", f"     - {first}"]
    return [*lines, ""]


class PublicNames(SphinxDirective):
    """``{public-names} ROOM``: everything public of a room of the package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Expand into the directives of autodoc."""
        room = self.arguments[0]
        names, classes = listed(room)
        lines = overview(names)
        lines += [line for name in names for line in entry(f"analysis.{name}")]
        if classes:
            lines += [".. rubric:: Results and settings", ""]
        lines += [line for name in classes for line in entry(f"analysis.{room}.{name}")]
        text = "\n".join(["```{eval-rst}", *lines, "```"])  # the page is Markdown, autodoc is not
        return self.parse_text_to_nodes(text, allow_section_headings=False)


class PublicName(SphinxRole):
    """What stands between single backticks in a docstring: a link if it is a public name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Link to the reference, or show as code."""
        code = nodes.literal(self.text, self.text)
        if self.text not in analysis.__all__:
            return [code], []
        target = {"refdomain": "py", "reftype": "obj", "reftarget": f"analysis.{self.text}"}
        link = pending_xref("", code, refdoc=self.env.docname, refwarn=True, **target)
        return [link], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("public-names", PublicNames)
    app.add_role("public-name", PublicName())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
