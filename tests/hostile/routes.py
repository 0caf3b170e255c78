"""What a client can say on each route, as /openapi.json has it."""
import re

from support.answers import document_of


class Route:
    def __init__(self, document, method, path, operation):
        self.method, self.path = method, path
        named = operation.get("parameters", [])
        self.in_query = [each["name"] for each in named if each["in"] == "query"]
        self.in_path = re.findall(r"\{(\w+)\}", path)
        self.fields = fields_of(document, operation)

    def __repr__(self):
        return f"{self.method} {self.path}"


def routes_of(shop):
    document = document_of(shop.anyone, shop.server.base_url)
    return [Route(document.document, *operation) for operation in document.operations()]


def fields_of(document, operation):
    """The names in the JSON object that an operation takes."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    while "$ref" in schema:
        node = document
        for name in schema["$ref"].lstrip("#/").split("/"):
            node = node[name]
        schema = node
    return list(schema.get("properties", {}))
