"""A published consultation beside the open one."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.clock import FixedClock
from portal.config import Settings
from portal.crypto.atrest import AtRest
from portal.ledger.log import Log
from tests.support import Office
from tests.web.public.support import publish


@pytest.fixture
def atrest(settings: Settings) -> AtRest:
    return AtRest([settings.secret.instance_key])


@pytest.fixture
def published(staff_app: Flask, log: Log, clock: FixedClock, atrest: AtRest, office: Office) -> Office:
    publish(staff_app, log, clock, atrest, office)
    return office
