"""The OpenAPI document is one, by the schema of OpenAPI 3.1."""
import json

from support.program import output_of, run_tool


def test_the_document_is_valid(tmp_path):
    path = tmp_path / "openapi.json"
    path.write_text(output_of("openapi"))
    code, printed = run_tool("validate-api", path)
    assert code == 0, printed
    assert json.loads(printed)["valid"] is True


def test_the_validator_sees_a_fault(tmp_path):
    document = json.loads(output_of("openapi"))
    del document["info"]["version"]
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    code, _ = run_tool("validate-api", path)
    assert code == 1


def test_the_server_offers_the_same_document(anyone):
    assert anyone.get("/openapi.json").json() == json.loads(output_of("openapi"))
