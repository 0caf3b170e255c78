"""The documents say what the program says."""
import json
import os
import re
import subprocess

from support.program import output_of
from support.server import ADMIN_PASSWORD, REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def section(name):
    """What stands between <!-- name --> and <!-- /name --> in the README."""
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert found, f"README.md has no section {name}"
    return found[1]


def test_the_readme_lists_the_settings_as_the_program_does():
    assert section("settings") == output_of("config", "--markdown"), "paste what `haat config --markdown` prints"


def test_the_readme_lists_every_route_with_who_may_call_it():
    listed = set(re.findall(r"^\| (\w+) \| `([^`]+)` \| (\w+) \|", section("routes"), re.MULTILINE))
    document = json.loads(output_of("openapi"))
    offered = {(method.upper(), re.sub(r"\{(\w+)\}", r":\1", path), operation["x-access"])
               for path, item in document["paths"].items()
               for method, operation in item.items()}
    assert listed == offered


def test_the_tour_works_when_it_is_pasted(start_server):
    tour = re.fullmatch(r"```bash\n(.*)```\n", section("tour"), re.DOTALL)[1]
    assert "shop=http://localhost:3001\n" in tour
    done = subprocess.run(["bash"], input=tour.replace("http://localhost:3001", start_server().base_url), text=True,
                          env={"PATH": os.environ["PATH"], "DEFAULT_ADMIN_PASSWORD": ADMIN_PASSWORD},
                          capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["message"] for answer in answers] == [
        "Products fetched successfully", "Products found", "User register successfully", "Product added to cart",
        "Cart items fetched", "Product already in cart"]
    assert answers[4]["summary"] == {"totalPrice": 99.98, "totalDiscount": 10, "totalQty": 2,
                                     "totalPayableAmount": 89.98}


def test_the_postman_collection_is_the_one_that_the_program_prints():
    stored = (REPOSITORY / "docs" / "haat.postman_collection.json").read_text(encoding="utf-8")
    assert stored == output_of("postman"), "write what `haat postman` prints to docs/haat.postman_collection.json"


def links_of(document):
    prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.findall(r"\]\((?!https?://|#)([^)#]+)", prose)


def test_links_between_documents_lead_somewhere():
    documents = [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob("src/**/README.md")]
    links = [(document, target) for document in documents for target in links_of(document)]
    assert len(links) > 10
    assert [(document.name, target) for document, target in links if not (document.parent / target).exists()] == []
