"""`python -m tests.deploy.fake_arm`: the service on this machine, to try `gatewright deploy` on."""

from __future__ import annotations

import signal

from tests.deploy.fake_arm import FakeArm
from tests.deploy.fake_arm.server import SERVICE


def main() -> None:
    _, _, subscription, _, group, _, _, _, name = SERVICE.split("/")
    with FakeArm() as arm:
        print("gatewright deploy --env dev --no-keys \\")
        print(f"  --endpoint {arm.url} --subscription-id {subscription} --resource-group {group} \\")
        print(f"  --service {name} --key-vault https://sample.vault.azure.net/ \\")
        print("  --set proxyHost=proxy.example.org --set apimClientId=00000000-0000-4000-8000-00000000000a")
        print("Ctrl-C stops it; all is forgotten then", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
