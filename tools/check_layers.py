#!/usr/bin/env python3
"""Checks every #include in src/ against the tables in docs/architecture.md, and that no includes go in a
circle. One line a fault, `file:line: what`; exits with 1 when there is one.

    tools/check_layers.py [ROOT]
"""

import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
EVERYTHING, ARROWS, LIBRARIES = "everything", "arrows", "libraries"
NOT_FEATURES = {"app", "kernel", "platform"}


class Layer:
    def __init__(self, name, patterns, allowed):
        self.name, self.allowed = name, allowed
        self.patterns = patterns

    def holds(self, path):
        feature = re.escape(path.split("/")[0])
        return any(re.fullmatch(pattern.replace("FEATURE", feature), path) for pattern in self.patterns)


def to_regex(glob):
    parts = re.split(r"(\*\*|\*|\{feature\})", glob)
    meanings = {"**": ".*", "*": "[^/]*", "{feature}": "FEATURE"}
    return "".join(meanings.get(part, re.escape(part)) for part in parts)


def read_tables(text):
    """The layers in their order, and the arrows as {feature: features}."""
    section = re.search(r"<!-- layers -->(.*)<!-- /layers -->", text, re.DOTALL)
    if not section:
        sys.exit("docs/architecture.md: no section between <!-- layers --> and <!-- /layers -->")
    layers, arrows = [], {}
    for line in section[1].splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] in ("", "layer", "feature") or set(cells[0]) <= set("-: "):
            continue
        names = [name.strip() for name in cells[-1].split(",") if name.strip()]
        if len(cells) == 3:
            layers.append(Layer(cells[0], [to_regex(glob) for glob in re.findall(r"`([^`]+)`", cells[1])], names))
        elif len(cells) == 2:
            arrows[cells[0]] = set(names)
        else:
            sys.exit(f"docs/architecture.md: a row with {len(cells)} cells: {line}")
    known = {layer.name for layer in layers} | {EVERYTHING, ARROWS, LIBRARIES}
    for layer in layers:
        for name in set(layer.allowed) - known:
            sys.exit(f"docs/architecture.md: {layer.name} may include {name}, which is no layer")
    return layers, arrows


def read_includes(source):
    """(line, header, in angle brackets) of each include of a file."""
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1] or found[2], found[2] is not None


def feature_of(path):
    folder = path.split("/")[0]
    return None if folder in NOT_FEATURES else folder


def fault_of(path, header, layer, target, arrows):
    """Why the file may not include the header, or nothing."""
    if EVERYTHING in layer.allowed:
        return None
    own, other = feature_of(path), feature_of(header)
    if other is None or own == other:
        return None if target.name in layer.allowed else f"{layer.name} may not include {target.name}"
    if own is None or ARROWS not in layer.allowed:
        return f"{layer.name} may not include a feature"
    if other not in arrows.get(own, ()):
        return f"no arrow leads from {own} to {other}"
    return None if header == f"{other}/{other}.hpp" else f"of {other} only {other}/{other}.hpp may be included"


def cycles(graph):
    """Each circle of keys once, as a list of its nodes."""
    state, stack, found = {}, [], []

    def visit(node):
        state[node] = "open"
        stack.append(node)
        for target in graph[node]:
            if state.get(target) == "open":
                found.append(stack[stack.index(target) :] + [target])
            elif target in graph and target not in state:
                visit(target)
        stack.pop()
        state[node] = "done"

    for node in sorted(graph):
        if node not in state:
            visit(node)
    return found


def check(root):
    layers, arrows = read_tables((root / "docs" / "architecture.md").read_text(encoding="utf-8"))
    files = {path.relative_to(root / "src").as_posix(): path for path in sorted((root / "src").rglob("*.[ch]pp"))}
    layer_of = {name: next((layer for layer in layers if layer.holds(name)), None) for name in files}
    faults, graph = [], {}
    for name, path in files.items():
        layer, graph[name] = layer_of[name], []
        if layer is None:
            faults.append(f"src/{name}:1: belongs to no layer of docs/architecture.md")
            continue
        for line, header, angled in read_includes(path):
            fault = None
            if angled:
                is_library = re.search(r"[/.]", header) is not None
                if is_library and not {LIBRARIES, EVERYTHING} & set(layer.allowed):
                    fault = f"{layer.name} may include the C++ standard library only"
            elif layer_of.get(header) is None:
                fault = None if EVERYTHING in layer.allowed else "no such file in src/"
            else:
                graph[name].append(header)
                fault = fault_of(name, header, layer, layer_of[header], arrows)
            if fault:
                faults.append(f"src/{name}:{line}: {header}: {fault}")
    faults += ["includes in a circle: " + " -> ".join(circle) for circle in cycles(graph)]
    faults += ["arrows in a circle: " + " -> ".join(circle) for circle in cycles({k: sorted(v) for k, v in arrows.items()})]
    return faults


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parent.parent
    faults = check(root)
    print("\n".join(faults), end="\n" if faults else "")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
