"""Who calls: where a key stands, what the gate says of it, and whether a client is on this machine."""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from moderation.service.gate import Admission, Gate
from moderation.service.logs import Facts
from moderation.service.watch import FACTS

_SPOKEN_FOR = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


def bearer(request: Request) -> str | None:
    """Return the key of the header ``Authorization``, or of ``X-API-Key``."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" and key.strip() else request.headers.get("x-api-key")


async def admission_of(request: Request, key: str | None, scope: str) -> Admission:
    """Ask the gate, in a thread where it must ask the store; note who calls, or why nobody may."""
    gate: Gate = request.app.state.gate
    facts: Facts = request.scope[FACTS]
    if gate.remembers(key):
        admission = gate.admit(key, scope, _address(request))
    else:
        admission = await run_in_threadpool(gate.admit, key, scope, _address(request))
    if admission.key is not None:
        facts.key, facts.key_id = admission.key.name, admission.key.id
    if admission.outcome != "admitted":
        facts.refused = admission.outcome
    return admission


def is_local(request: Request) -> bool:
    """Tell whether a client on this machine asks for itself, and not a proxy for somebody."""
    try:
        return ip_address(_address(request)).is_loopback and not any(name in request.headers for name in _SPOKEN_FOR)
    except ValueError:
        return False


def _address(request: Request) -> str:
    """Return where a request comes from, which is kept nowhere and logged nowhere."""
    return request.client.host if request.client else ""
