"""A loopback Azure Resource Manager for API Management: our own behaviour, the real SDK against it."""

from tests.deploy.fake_arm.server import FakeArm, Options

__all__ = ["FakeArm", "Options"]
