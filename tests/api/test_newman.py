"""The Postman collection in docs/ runs green against a new server."""
from support.program import run_tool
from support.server import ADMIN_KEY, REPOSITORY

COLLECTION = REPOSITORY / "docs" / "haat.postman_collection.json"


def test_the_collection_runs_green_from_top_to_bottom_and_again(start_server):
    server = start_server()
    for _ in range(2):  # the second time on what the first left behind
        code, printed = run_tool("newman", "run", COLLECTION, "--env-var", f"baseUrl={server.base_url}",
                                 "--env-var", f"adminKey={ADMIN_KEY}", "--color", "off", "--bail")
        assert code == 0, printed
