"""What a unit is built from, one level at a time as somebody opens it."""

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from mes.queries.components import AssemblyLevel, DirectComponent, direct_components
from mes.tui.console_screen import ConsoleScreen
from mes.tui.messages import LevelLoaded, Opened
from mes.tui.view_genealogy import component_label, unlisted_label
from mes.tui.view_text import Line, Target, Tone


class BuiltFrom(Tree[DirectComponent | None]):
    """The as-built tree below a unit. Space opens a level, Enter the page of what is under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open_level", "Expand", show=False),
        Binding("left", "close_level", "Collapse", show=False),
        Binding("space", "toggle_node", "Expand"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self.show_root = False
        self.auto_expand = False
        self.guide_depth = 2
        self._level: AssemblyLevel | None = None

    def show_level(self, level: AssemblyLevel) -> None:
        """Show the first level; what is open stays open while that level is the same."""
        if level != self._level:
            self._level = level
            self.root.remove_children()
            self._fill(self.root, level)
            self.root.expand()

    def on_tree_node_expanded(self, message: Tree.NodeExpanded[DirectComponent | None]) -> None:
        """A level is asked for when it is opened for the first time."""
        node = message.node
        if node.data is not None and node.data.unit is not None and not node.children:
            self._ask_level(node.id, node.data)

    def on_tree_node_selected(self, message: Tree.NodeSelected[DirectComponent | None]) -> None:
        """Enter opens the page of a component."""
        component = message.node.data
        if component is not None and component.unit is not None:
            self.app.post_message(Opened(Target("unit", component.unit.id)))
        elif component is not None and component.lot is not None:
            self.app.post_message(Opened(Target("lot", component.lot.id)))

    def on_level_loaded(self, message: LevelLoaded) -> None:
        """Put a level under its node, unless the tree has been built anew meanwhile."""
        node = next((node for node in self._known_nodes() if node.id == message.node), None)
        if node is not None and not node.children:
            self._fill(node, message.level)

    def action_open_level(self) -> None:
        """Open the level under the cursor."""
        if self.cursor_node is not None:
            self.cursor_node.expand()

    def action_close_level(self) -> None:
        """Close the level under the cursor, or go to the one above."""
        node = self.cursor_node
        if node is not None and node.is_expanded and node.allow_expand:
            node.collapse()
        else:
            self.action_cursor_parent()

    @work(thread=True, group="level")
    def _ask_level(self, node: int, component: DirectComponent) -> None:
        unit, screen = component.unit, self.screen
        if unit is not None and isinstance(screen, ConsoleScreen):
            level = screen.asked("tree", lambda engine: direct_components(engine, unit.id))
            if level is not None:
                self.post_message(LevelLoaded(node, level))

    def _fill(self, node: TreeNode[DirectComponent | None], level: AssemblyLevel) -> None:
        for component in level.components:
            label = self._text(component_label(component))
            if component.has_components:
                node.add(label, component)
            else:
                node.add_leaf(label, component)
        if level.unlisted:
            node.add_leaf(self._text(unlisted_label(level.unlisted)))
        if node is self.root and not level.components:
            node.add_leaf("nothing recorded")

    def _known_nodes(self) -> list[TreeNode[DirectComponent | None]]:
        found, waiting = [], [self.root]
        while waiting:
            node = waiting.pop()
            found.append(node)
            waiting += node.children
        return found

    def _text(self, line: Line) -> Text:
        # Text and not a string: a string would be read as markup.
        return Text.assemble(*((span.text, "dim" if span.tone is Tone.MUTED else "") for span in line))
