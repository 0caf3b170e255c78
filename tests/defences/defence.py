"""What an entry of the list says."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Defence:
    """`find` stands once in `source`; `replace` takes its place. `tests` are arguments for pytest below tests/, or
    `unit` is a filter for haat_tests."""
    name: str
    source: str
    find: str
    replace: str
    tests: str = ""
    unit: str = ""
    also: tuple[str, str] = ("", "")  # a second find and replace
