"""The server's own description of itself, and whether its answers keep to it."""
import re

import jsonschema

CALLED = set()  # (method, path of the document) of every operation that a test called
KNOWN = {}      # the same for every operation of the document, with its operation object


class Document:
    def __init__(self, document):
        self.document = document
        self._resolver = jsonschema.RefResolver("", document)
        self._validators = {}
        self._routes = []
        for path, item in document["paths"].items():
            pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path.rstrip("/")) + "/?", re.IGNORECASE)
            operations = {method.upper(): operation for method,
                          operation in item.items() if isinstance(operation, dict)}
            self._routes.append((path.count("{"), pattern, path, operations))
            KNOWN.update({(method, path): operation for method, operation in operations.items()})
        self._routes.sort(key=lambda route: route[0])

    def operations(self):
        """(method, path, operation) of each."""
        return [(method, path, operation) for _, _, path, operations in self._routes
                for method, operation in operations.items()]

    def find(self, method, path):
        """The path of the document and the operation behind a request, or (None, None)."""
        for _, pattern, template, operations in self._routes:
            if pattern.fullmatch(path) and method in operations:
                return template, operations[method]
        return None, None

    def _resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def _answer_schema(self, template, operation, method, status):
        responses = operation["responses"]
        for name in (str(status), f"{status // 100}XX", "default"):
            if name in responses:
                content = self._resolve(responses[name]).get("content", {})
                return content.get("application/json", {}).get("schema")
        raise AssertionError(f"{method} {template} answered {status}, which its document does not name")

    def check(self, method, template, operation, status, body):
        """Fails unless the answer is one that the document allows to what find() found."""
        CALLED.add((method, template))
        key = (method, template, status)
        if key not in self._validators:
            schema = self._answer_schema(template, operation, method, status)
            self._validators[key] = schema and jsonschema.Draft202012Validator(schema, resolver=self._resolver)
        validator = self._validators[key]
        if validator is None or body is None:
            return
        error = jsonschema.exceptions.best_match(validator.iter_errors(body))
        assert error is None, f"{method} {template} {status} differs from its document at {list(error.path)}: {error.message}"
