"""The program's own SQL, read from its sources: what pgbench and the bare loop run is what Haat runs."""
import functools
import re

from servers import ROOT

TOKEN = re.compile(r'//[^\n]*|"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|([,{}])')
DEFINE = re.compile(r"^#define (HAAT_\w+)((?:.*\\\n)*.*)$", re.MULTILINE)
QUERY = re.compile(r"\bQuery k\w+\s*\{")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def text_of(literal):
    return literal.replace('\\"', '"').replace("\\\\", "\\")


def initializer(text, at, macros):
    """The texts between the braces, parted by commas; neighbours are one text. None: not made of known texts."""
    parts = [""]
    for token in TOKEN.finditer(text, at):
        literal, word, sign = token.groups()
        if literal is not None:
            parts[-1] += text_of(literal)
        elif word is not None:
            if word not in macros:
                return None
            parts[-1] += macros[word]
        elif sign == ",":
            parts.append("")
        elif sign == "}":
            return parts
    return None


def queries_of(text):
    macros = {name: "".join(map(text_of, LITERAL.findall(body))) for name, body in DEFINE.findall(text)}
    for match in QUERY.finditer(text):
        parts = initializer(text, match.end(), macros)
        if parts:
            name, sqlite, *postgres = parts
            yield name, {"sqlite": sqlite, "postgres": postgres[0] if postgres else sqlite}


def sources():
    return [path for path in sorted((ROOT / "src").rglob("*.cpp")) if "tests" not in path.parts]


@functools.cache
def queries():
    """{name: {engine: SQL}} of all of src/."""
    found = {}
    for path in sources():
        found.update(queries_of(path.read_text()))
    return found


@functools.cache
def texts(constant):
    """The literals that a constant of src/ consists of."""
    for path in sources():
        match = re.search(rf"\b{constant}(?:\[\])? =\s*((?:[^;\"]|\"[^\"]*\")*);", path.read_text())
        if match:
            return [text_of(literal) for literal in LITERAL.findall(match[1])]
    raise RuntimeError(f"src/ has no constant {constant}")


def pragmas():
    """What a connection of the embedded engine begins with."""
    return "".join(texts("kPragmas"))
