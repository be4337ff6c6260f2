"""The entities of the fake service, what refers to what, and how policies read back."""

from __future__ import annotations

import itertools
import re
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from lxml import etree


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Store:
    """Entities by path below the service, with their ETags."""

    service_id: str
    readback: str = "verbatim"
    hide_values: bool = False
    entities: dict[str, dict[str, Any]] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    keys: dict[str, dict[str, str]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def put(self, path: str, properties: dict[str, Any]) -> bool:
        """Stores an entity; True when it is new."""
        with self.lock:
            self._check_references(path, properties)
            is_new = path not in self.entities
            self.entities[path] = dict(properties)
            self.etags[path] = f'"{next(self._numbers):08x}"'
            if path.startswith("subscriptions/"):
                # Our reading: a PUT without keys makes new ones; a PATCH never does.
                self.keys[path] = {slot: secrets.token_hex(16) for slot in ("primaryKey", "secondaryKey")}
            return is_new

    def patch(self, path: str, properties: dict[str, Any]) -> None:
        with self.lock:
            if path not in self.entities:
                raise Refused(404, "ResourceNotFound", f"{path} not found")
            merged = {**self.entities[path], **properties}
            self._check_references(path, merged)
            self.entities[path] = merged
            self.etags[path] = f'"{next(self._numbers):08x}"'

    def act(self, path: str, action: str) -> dict[str, str] | None:
        """A POST below a subscription: its keys, or None for a new one."""
        with self.lock:
            if path not in self.entities:
                raise Refused(404, "ResourceNotFound", f"{path} not found")
            if action == "listSecrets":
                return dict(self.keys[path])
            slot = {"regeneratePrimaryKey": "primaryKey", "regenerateSecondaryKey": "secondaryKey"}[action]
            self.keys[path][slot] = secrets.token_hex(16)
            return None

    def delete(self, path: str) -> None:
        with self.lock:
            self._check_unused(path)
            for name in [name for name in self.entities if name == path or name.startswith(path + "/")]:
                self.entities.pop(name)
                self.etags.pop(name)
                self.keys.pop(name, None)

    def children(self, collection: str) -> list[str]:
        """Paths of the entities directly below a collection, sorted as Azure sorts them: by name."""
        depth = collection.count("/") + 1
        with self.lock:
            return sorted(
                n for n in self.entities if n.startswith(collection + "/") and n.count("/") == depth
            )

    def shown(self, path: str) -> dict[str, Any]:
        """An entity as a GET returns it."""
        properties = dict(self.entities[path])
        kind = path.split("/")[-2]
        if kind in {"policies", "policyFragments"}:
            properties["value"] = read_back(str(properties["value"]), self.readback)
        if kind == "namedValues" and (properties.get("secret") or self.hide_values):
            properties.pop("value", None)
        if kind == "subscriptions":
            properties["scope"] = self.service_id + properties["scope"].removeprefix(self.service_id)
        return {
            "id": f"{self.service_id}/{path}",
            "type": "Microsoft.ApiManagement/service/" + "/".join(path.split("/")[::2]),
            "name": path.rpartition("/")[2],
            "properties": properties,
        }

    def _need(self, path: str, what: str) -> None:
        if path not in self.entities:
            raise Refused(400, "ValidationError", f"{what} refers to {path}, which does not exist")

    def _check_references(self, path: str, properties: dict[str, Any]) -> None:
        parts = path.split("/")
        if len(parts) > 2:
            parent = "/".join(parts[:-2])
            if parent not in self.entities:
                raise Refused(404, "ResourceNotFound", f"{parent} not found")
        if len(parts) == 4 and parts[0] == "products" and parts[2] == "apis":
            self._need(f"apis/{parts[3]}", "the link")
        if parts[0] == "backends":
            members = properties.get("pool", {}).get("services", [])
            if (properties.get("type") == "Pool") != bool(members):
                raise Refused(400, "ValidationError", "a backend of type Pool has services, no other has")
            for member in members:
                self._need(member["id"].removeprefix(self.service_id + "/"), "the pool")
        if parts[0] == "subscriptions":
            scope = properties["scope"].removeprefix(self.service_id).lstrip("/")
            if scope != "apis":  # every API
                self._need(scope, "the subscription")
        if parts[-2] == "operations":
            declared = {item["name"] for item in properties.get("templateParameters", [])}
            used = set(re.findall(r"\{([^{}]+)\}", properties["urlTemplate"]))
            if declared != used:
                raise Refused(400, "ValidationError", "template parameters must be declared, all and only")
        if parts[-2] in {"policies", "policyFragments"}:
            self._check_document(str(properties["value"]))

    def _check_document(self, text: str) -> None:
        try:
            root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
        except etree.XMLSyntaxError as fault:
            raise Refused(400, "ValidationError", f"policy is not well formed: {fault}") from fault
        for element in root.iter("include-fragment"):
            self._need(f"policyFragments/{element.get('fragment-id')}", "the policy")
        names = {
            item.get("displayName") for path, item in self.entities.items() if path.startswith("namedValues/")
        }
        for name in re.findall(r"\{\{([A-Za-z0-9._-]+)\}\}", text):
            if name not in names:
                raise Refused(400, "ValidationError", f"Cannot find a property '{name}'")

    def _check_unused(self, path: str) -> None:
        name = path.rpartition("/")[2]
        documents = [str(item["value"]) for at, item in self.entities.items() if _holds_document(at)]
        if path.startswith("policyFragments/") and any(f'fragment-id="{name}"' in text for text in documents):
            raise Refused(400, "ValidationError", f"the fragment {name} is in use")
        if path.startswith("namedValues/") and any("{{" + name + "}}" in text for text in documents):
            raise Refused(400, "ValidationError", f"the named value {name} is in use")
        for at, item in self.entities.items():
            members = item.get("pool", {}).get("services", []) if at.startswith("backends/") else []
            if any(member["id"].endswith("/" + path) for member in members):
                raise Refused(400, "ValidationError", f"the backend {name} is in use by {at}")
            if at.startswith("subscriptions/") and item["scope"].endswith("/" + path):
                raise Refused(400, "ValidationError", f"the product {name} has the subscription {at}")


def _holds_document(path: str) -> bool:
    return path.split("/")[-2] in {"policies", "policyFragments"}


def read_back(text: str, mode: str) -> str:
    """A policy as the service returns it.

    Source: hashicorp/terraform-provider-azurerm issues 6441, 11230, 23388, 29521.
    """
    if mode == "verbatim":
        return text
    root = etree.fromstring(text.encode(), etree.XMLParser(resolve_entities=False, remove_blank_text=True))
    space = "\t" if mode == "reindented" else "  "
    tree = root.getroottree()
    etree.indent(tree, space=space)
    made = etree.tostring(tree, encoding="unicode")
    if mode == "escaped":
        return re.sub(r">([^<]*)<", lambda found: ">" + found.group(1).replace('"', "&quot;") + "<", made)
    # C# that spans lines is indented anew, too
    return "\r\n".join(("\t" + line.lstrip() if line.startswith(" ") else line) for line in made.split("\n"))
