"""Notes what ran, how often and with what result, for docs/reliability.md (tools/reliability_report)."""
import datetime
import json
import os
import pathlib

FOLDER = pathlib.Path(os.environ.get("HAAT_REPORTS", pathlib.Path(__file__).resolve().parents[2] / "build" / "reports"))


def write_report(name, lines):
    """lines: {"what", "times", "failures", "detail"}. Lines of earlier runs stay unless they say the same."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    kept = {line["what"]: line for line in (json.loads(path.read_text()) if path.exists() else [])}
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    for line in lines:
        kept[line["what"]] = {**line, "on": today}
    written = path.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps(sorted(kept.values(), key=lambda line: line["what"]), indent=1) + "\n")
    written.replace(path)
