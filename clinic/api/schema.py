"""What the OpenAPI schema says about us. Imported when the app is ready."""

from copy import deepcopy
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says in the schema how to authenticate."""

    target_class = "clinic.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


#: Seconds until the next minute.
_RETRY_AFTER = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}


def too_many(result: dict[str, Any], **_facts: Any) -> dict[str, Any]:
    """Says of every operation that it may answer 429, with `Retry-After`; in the shape of its other refusals."""
    for methods in result["paths"].values():
        for operation in methods.values():
            refusal = operation.get("responses", {}).get("401")
            if refusal is not None:
                operation["responses"]["429"] = _too_many(deepcopy(refusal))
    return result


def _too_many(refusal: dict[str, Any]) -> dict[str, Any]:
    title = "Request was throttled. Expected available in 12 seconds."
    example = {"type": "about:blank#throttled", "title": title, "status": 429, "code": "throttled"}
    for content in refusal.get("content", {}).values():
        content["examples"] = {"throttled": {"value": example}}
    told = "Too many requests of this token, or too many unknown tokens from this address, within a minute."
    return {**refusal, "description": told, "headers": {"Retry-After": _RETRY_AFTER}}
