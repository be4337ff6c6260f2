"""The Bicep functions that infrastructure here may call: least and most arguments, and the type they give.

Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions (2026-08).
"""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """Least and most arguments (None: any number), and the type of the result ("" where it depends)."""

    least: int
    most: int | None
    gives: str = ""


FUNCTIONS: dict[str, Signature] = {
    "any": Signature(1, 1),
    "array": Signature(1, 1, "array"),
    "base64": Signature(1, 1, "string"),
    "bool": Signature(1, 1, "bool"),
    "coalesce": Signature(1, None),
    "concat": Signature(1, None),
    "contains": Signature(2, 2, "bool"),
    "deployment": Signature(0, 0, "object"),
    "empty": Signature(1, 1, "bool"),
    "endsWith": Signature(2, 2, "bool"),
    "environment": Signature(0, 0, "object"),
    "filter": Signature(2, 2, "array"),
    "first": Signature(1, 1),
    "flatten": Signature(1, 1, "array"),
    "format": Signature(1, None, "string"),
    "guid": Signature(1, None, "string"),
    "indexOf": Signature(2, 2, "int"),
    "int": Signature(1, 1, "int"),
    "items": Signature(1, 1, "array"),
    "join": Signature(2, 2, "string"),
    "json": Signature(1, 1),
    "last": Signature(1, 1),
    "length": Signature(1, 1, "int"),
    "loadFileAsBase64": Signature(1, 1, "string"),
    "loadJsonContent": Signature(1, 3),
    "loadTextContent": Signature(1, 2, "string"),
    "map": Signature(2, 2, "array"),
    "max": Signature(1, None, "int"),
    "min": Signature(1, None, "int"),
    "newGuid": Signature(0, 0, "string"),
    "range": Signature(2, 2, "array"),
    "reduce": Signature(3, 3),
    "replace": Signature(3, 3, "string"),
    "resourceGroup": Signature(0, 2, "object"),
    "resourceId": Signature(2, None, "string"),
    "split": Signature(2, 2, "array"),
    "startsWith": Signature(2, 2, "bool"),
    "string": Signature(1, 1, "string"),
    "subscription": Signature(0, 1, "object"),
    "subscriptionResourceId": Signature(2, None, "string"),
    "substring": Signature(2, 3, "string"),
    "take": Signature(2, 2),
    "tenant": Signature(0, 0, "object"),
    "tenantResourceId": Signature(2, None, "string"),
    "toLower": Signature(1, 1, "string"),
    "toUpper": Signature(1, 1, "string"),
    "trim": Signature(1, 1, "string"),
    "union": Signature(2, None),
    "uniqueString": Signature(1, None, "string"),
    "uri": Signature(2, 2, "string"),
    "utcNow": Signature(0, 1, "string"),
}

METHODS: dict[str, Signature] = {"listKeys": Signature(0, 2, "object")}

DECORATORS: dict[str, Signature] = {
    "allowed": Signature(1, 1),
    "batchSize": Signature(1, 1),
    "description": Signature(1, 1),
    "export": Signature(0, 0),
    "maxLength": Signature(1, 1),
    "maxValue": Signature(1, 1),
    "metadata": Signature(1, 1),
    "minLength": Signature(1, 1),
    "minValue": Signature(1, 1),
    "sealed": Signature(0, 0),
    "secure": Signature(0, 0),
}

PROPERTIES: dict[str, frozenset[str]] = {
    "tenant": frozenset({"tenantId", "countryCode", "displayName"}),
    "subscription": frozenset(
        {"authorizationSource", "displayName", "id", "state", "subscriptionId", "tenantId"}
    ),
    "resourceGroup": frozenset({"id", "location", "managedBy", "name", "properties", "tags", "type"}),
    "environment": frozenset(
        {
            "activeDirectoryDataLake",
            "authentication",
            "gallery",
            "graph",
            "media",
            "name",
            "portal",
            "resourceManager",
            "suffixes",
            "vmImageAliasDoc",
        }
    ),
}
