"""The functions and decorators of Bicep: how many arguments they take, of which types, and what they give.

Source: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions (2026-08);
Azure/bicep 9beb0fee (2026-08-21), src/Bicep.Core/Semantics/Namespaces.
"""

from __future__ import annotations

from typing import NamedTuple


class Signature(NamedTuple):
    """Least and most arguments (None: any number), the type of the result ("": it depends), arguments.

    `takes` has a type for each argument (`string|array`; "": any), the last one for all that follow.
    """

    least: int
    most: int | None
    gives: str = ""
    takes: tuple[str, ...] = ()


FUNCTIONS: dict[str, Signature] = {
    "any": Signature(1, 1),
    "array": Signature(1, 1, "array"),
    "base64": Signature(1, 1, "string", ("string",)),
    "base64ToJson": Signature(1, 1, "", ("string",)),
    "base64ToString": Signature(1, 1, "string", ("string",)),
    "bool": Signature(1, 1, "bool"),
    "buildUri": Signature(1, 1, "string", ("object",)),
    "cidrHost": Signature(2, 2, "string", ("string", "int")),
    "cidrSubnet": Signature(3, 3, "string", ("string", "int", "int")),
    "coalesce": Signature(1, None),
    "concat": Signature(1, None, "", ("array|string|int|bool",)),
    "contains": Signature(2, 2, "bool", ("object|array|string", "")),
    "dataUri": Signature(1, 1, "string"),
    "dataUriToString": Signature(1, 1, "string", ("string",)),
    "dateTimeAdd": Signature(2, 3, "string", ("string",)),
    "dateTimeFromEpoch": Signature(0, 1, "string", ("int",)),
    "dateTimeToEpoch": Signature(0, 1, "int", ("string",)),
    "deployer": Signature(0, 0, "object"),
    "deployment": Signature(0, 0, "object"),
    "distinct": Signature(1, 1, "", ("array",)),
    "empty": Signature(1, 1, "bool", ("null|object|array|string",)),
    "endsWith": Signature(2, 2, "bool", ("string",)),
    "environment": Signature(0, 0, "object"),
    "extensionResourceId": Signature(3, None, "string", ("string",)),
    "fail": Signature(1, 1, "", ("string",)),
    "filter": Signature(2, 2, "array", ("array", "")),
    "first": Signature(1, 1, "", ("array|string",)),
    "flatten": Signature(1, 1, "array", ("array",)),
    "format": Signature(1, None, "string", ("string", "")),
    "getSecret": Signature(4, 5, "string", ("string",)),
    "groupBy": Signature(2, 3, "object", ("array", "")),
    "guid": Signature(1, None, "string", ("string",)),
    "indexOf": Signature(2, 2, "int", ("string|array", "")),
    "int": Signature(1, 1, "int", ("string|int",)),
    "intersection": Signature(2, None, "", ("object|array",)),
    "items": Signature(1, 1, "array", ("object",)),
    "join": Signature(2, 2, "string", ("array", "string")),
    "json": Signature(1, 1, "", ("string",)),
    "last": Signature(1, 1, "", ("array|string",)),
    "lastIndexOf": Signature(2, 2, "int", ("string|array", "")),
    "length": Signature(1, 1, "int", ("string|object|array",)),
    "like": Signature(2, 2, "bool", ("string",)),
    "listKeys": Signature(1, 3, "object", ("string", "string", "object")),
    "loadDirectoryFileInfo": Signature(1, 2, "array", ("string",)),
    "loadFileAsBase64": Signature(1, 1, "string", ("string",)),
    "loadJsonContent": Signature(1, 3, "", ("string",)),
    "loadTextContent": Signature(1, 2, "string", ("string",)),
    "loadYamlContent": Signature(1, 3, "", ("string",)),
    "managementGroup": Signature(0, 1, "object", ("string",)),
    "managementGroupResourceId": Signature(2, None, "string", ("string",)),
    "map": Signature(2, 2, "array", ("array", "")),
    "mapValues": Signature(2, 2, "object", ("object", "")),
    "max": Signature(1, None, "int", ("int|array",)),
    "min": Signature(1, None, "int", ("int|array",)),
    "nameof": Signature(1, 1, "string"),
    "newGuid": Signature(0, 0, "string"),
    "objectKeys": Signature(1, 1, "array", ("object",)),
    "padLeft": Signature(2, 3, "string", ("string|int", "int", "string")),
    "parseCidr": Signature(1, 1, "object", ("string",)),
    "parseUri": Signature(1, 1, "object", ("string",)),
    "pickZones": Signature(3, 5, "array", ("string", "string", "string", "int")),
    "range": Signature(2, 2, "array", ("int",)),
    "readEnvironmentVariable": Signature(1, 2, "string", ("string",)),
    "reduce": Signature(3, 3, "", ("array", "", "")),
    "reference": Signature(1, 3, "object", ("string",)),
    "replace": Signature(3, 3, "string", ("string",)),
    "resourceGroup": Signature(0, 2, "object", ("string",)),
    "resourceId": Signature(2, None, "string", ("string",)),
    "roleDefinitions": Signature(1, 1, "object", ("string",)),
    "shallowMerge": Signature(1, 1, "object", ("array",)),
    "skip": Signature(2, 2, "", ("array|string", "int")),
    "sort": Signature(2, 2, "array", ("array", "")),
    "split": Signature(2, 2, "array", ("string", "string|array")),
    "startsWith": Signature(2, 2, "bool", ("string",)),
    "string": Signature(1, 1, "string"),
    "subscription": Signature(0, 1, "object", ("string",)),
    "subscriptionResourceId": Signature(2, None, "string", ("string",)),
    "substring": Signature(2, 3, "string", ("string", "int")),
    "take": Signature(2, 2, "", ("array|string", "int")),
    "tenant": Signature(0, 0, "object"),
    "tenantResourceId": Signature(2, None, "string", ("string",)),
    "toLogicalZone": Signature(3, 3, "string", ("string",)),
    "toLogicalZones": Signature(3, 3, "array", ("string", "string", "array")),
    "toLower": Signature(1, 1, "string", ("string",)),
    "toObject": Signature(2, 3, "object", ("array", "")),
    "toPhysicalZone": Signature(3, 3, "string", ("string",)),
    "toPhysicalZones": Signature(3, 3, "array", ("string", "string", "array")),
    "toUpper": Signature(1, 1, "string", ("string",)),
    "trim": Signature(1, 1, "string", ("string",)),
    "union": Signature(2, None, "", ("object|array",)),
    "uniqueString": Signature(1, None, "string", ("string",)),
    "uri": Signature(2, 2, "string", ("string",)),
    "uriComponent": Signature(1, 1, "string", ("string",)),
    "uriComponentToString": Signature(1, 1, "string", ("string",)),
    "utcNow": Signature(0, 1, "string", ("string",)),
}

METHODS: dict[str, Signature] = {
    "getSecret": Signature(1, 2, "string"),
    "listKeys": Signature(0, 2, "object"),
}

DECORATORS: dict[str, Signature] = {
    "allowed": Signature(1, 1),
    "batchSize": Signature(1, 1),
    "description": Signature(1, 1),
    "discriminator": Signature(1, 1),
    "export": Signature(0, 0),
    "maxLength": Signature(1, 1),
    "maxValue": Signature(1, 1),
    "metadata": Signature(1, 1),
    "minLength": Signature(1, 1),
    "minValue": Signature(1, 1),
    "nullIfNotFound": Signature(0, 0),
    "onlyIfNotExists": Signature(0, 0),
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
