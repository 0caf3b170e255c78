"""What is acknowledged is there, as a whole or not at all."""
from defences.defence import Defence

WRITER = "src/platform/db/sqlite/writer.cpp"
STEPS = "faults/test_steps.py -k"

DEFENCES = [
    Defence("a commit is answered after it", WRITER, '        fail_point("commit");\n',
            '        for (const Job& job : batch) job.resume();\n        fail_point("commit");\n',
            STEPS + " crash_at_any_step_and_sqlite_and_second",
            also=('crash_point("answer");\n    for (const Job& job : batch) job.resume();', 'crash_point("answer");')),
    Defence("what a refused transaction wrote is rolled back", WRITER,
            'if (!tx.wants_commit) connection_.run(kUndoJob, {});', "",
            STEPS + " failure_at_any_step_and_sqlite_and_second"),
    Defence("a commit is on disk", "src/platform/db/sqlite/connection.cpp",
            "PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF", unit="DatabaseDurability.ACommitIsOnDisk*"),
    Defence("a full disk is no fault of the program", "src/platform/db/sqlite/connection.cpp",
            "        case SQLITE_FULL:\n", "", "faults/test_full_disk.py -k volume_and_sqlite"),
    Defence("what was refused is not committed (PostgreSQL)", "src/platform/db/postgres/postgres_database.cpp",
            "if (wants_commit) position", "if (wants_commit || true) position",
            unit="Engines/DatabaseContract.AnErrorRollsBack*/postgres"),
    Defence("a full disk of images is 507", "src/media/local_store.cpp",
            "if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) throw StorageFull{text};", "",
            "faults/test_full_disk.py -k quota_and_postgres"),
    Defence("a PostgreSQL server that may lose data is named", "src/platform/db/postgres/postgres_database.cpp",
            "if (asked(connection, ask.c_str()) == \"off\")", "if (false && asked(connection, ask.c_str()) == \"off\")",
            "faults/test_durability.py"),
]
