"""The two services over HTTPS on one loopback port, each under its own host name, and what can go wrong with them."""

from __future__ import annotations

import asyncio
import secrets
import socket
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from azure.identity.aio import ClientSecretCredential
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.partners.key_vault.objects import Clock, Refusal, Shelf, Stored, rsa_key
from tests.partners.key_vault.tls import Trust, trust

VAULT_HOST = "ligums.vault.azure.net"
LOGIN_HOST = "login.microsoftonline.com"
TENANT = "7d5b2f5e-8a55-4c3c-9f43-3b8d2a3c5a01"
CLIENT, SECRET = "app-ligums", "s3cret"
PAGE = 25
KEY_OPERATIONS = {"wrapkey": "wrapKey", "unwrapkey": "unwrapKey"}


@dataclass
class Fault:
    """What happens to the next `times` requests of `method` whose path starts with `path`.

    Without a `status` the request has its effect and the answer is lost, or with `delay_seconds` comes late.
    """

    method: str
    path: str
    times: int = 1
    status: int | None = None
    code: str = ""
    inner: str | None = None
    retry_after_seconds: int | None = None
    delay_seconds: float = 0


class KeyVault:
    """The vault's state, and its switches: faults, permissions and tokens."""

    def __init__(self, *, purge_protection: bool = False) -> None:
        self.clock = Clock()
        self.shelves = {"secrets": Shelf("Secret", self.clock), "keys": Shelf("Key", self.clock)}
        self.recovery_level = "Recoverable" if purge_protection else "Recoverable+Purgeable"
        self.purge_protection = purge_protection
        self.client_secret = SECRET
        self.is_down = False
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.in_hand = self.most_in_hand = 0
        self.port = 0
        self._tokens: set[str] = set()
        self._keys_made = 0
        self._came = asyncio.Event()

    @property
    def url(self) -> str:
        return f"https://{VAULT_HOST}"

    @property
    def local_url(self) -> str:
        """The vault for a program that knows of nothing but the authority's certificate."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def trust(self) -> Trust:
        return trust(VAULT_HOST, LOGIN_HOST)

    @property
    def secrets(self) -> Shelf:
        return self.shelves["secrets"]

    @property
    def keys(self) -> Shelf:
        return self.shelves["keys"]

    async def until(self, request: str) -> None:
        """Wait until a request has come that starts so, such as `GET /secrets/`."""
        async with asyncio.timeout(60):
            while not any(each.startswith(request) for each in self.requests):
                self._came.clear()
                await self._came.wait()

    def revoke_tokens(self) -> None:
        self._tokens.clear()

    def transport(self, *, patient: bool = False) -> AsyncHttpTransport[Any, Any]:
        """The SDK's transport, which finds both hosts here and makes no long pauses unless it is to be `patient`."""
        session = ClientSession(
            connector=TCPConnector(ssl=self.trust.client, resolver=_Here(self.port)), auto_decompress=False
        )
        made: AsyncHttpTransport[Any, Any] = (AioHttpTransport if patient else _HastyTransport)(session=session)
        return made

    def credential(self) -> ClientSecretCredential:
        return ClientSecretCredential(TENANT, CLIENT, SECRET, transport=self.transport())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.in_hand += 1
        self.most_in_hand = max(self.most_in_hand, self.in_hand)
        try:
            return await self._answer(request)
        finally:
            self.in_hand -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        self._came.set()
        self.clock.seconds += self.clock.seconds_a_request
        fault = Fault("", "", status=503, code="ServiceUnavailable") if self.is_down else self._fault_of(request)
        if fault and fault.status:
            return self._refused(request, Refusal(fault.status, fault.code, "", fault.inner), fault)
        response: web.StreamResponse
        try:
            if request.path.endswith("/oauth2/v2.0/token"):
                response = await self._token(request)
            else:
                response = await self._object(request)
        except Refusal as refusal:
            response = self._refused(request, refusal)
        if fault and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        elif fault and request.transport:
            request.transport.abort()
        return response

    def _fault_of(self, request: web.Request) -> Fault | None:
        for fault in self.faults:
            if fault.method == request.method and request.path.startswith(fault.path) and fault.times:
                if "Authorization" not in request.headers and fault.path.startswith("/secrets"):
                    return None
                fault.times -= 1
                return fault
        return None

    def _refused(self, request: web.Request, refusal: Refusal, fault: Fault | None = None) -> web.Response:
        response = self._said(refusal.body, refusal.status)
        if fault and fault.retry_after_seconds is not None:
            response.headers["Retry-After"] = str(fault.retry_after_seconds)
        if refusal.status == 401:
            # On the loopback address, what follows its first dot does for the domain that all vaults share.
            at_home = (request.host, request.host.partition(".")[2])
            login, resource = (LOGIN_HOST, "vault.azure.net") if request.host == VAULT_HOST else at_home
            said = f'authorization="https://{login}/{TENANT}", resource="https://{resource}"'
            if request.headers.get("Authorization"):
                # Without the claims a client would show the token it still has once more.
                claims = _base64url(b'{"access_token":{"nbf":{"essential":true,"value":"1790000000"}}}')
                said = f'{said}, error="insufficient_claims", claims="{claims}"'
            response.headers["WWW-Authenticate"] = f"Bearer {said}"
        return response

    def _said(self, body: Any, status: int = 200) -> web.Response:
        date = format_datetime(datetime.fromtimestamp(self.clock.seconds, UTC), usegmt=True)
        return web.json_response(body, status=status, headers={"Date": date})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if request.path != f"/{TENANT}/oauth2/v2.0/token" or not str(form["scope"]).endswith("/.default"):
            return self._said({"error": "invalid_request", "error_description": "AADSTS900144"}, 400)
        if (form["client_id"], form["client_secret"]) != (CLIENT, self.client_secret):
            return self._said({"error": "invalid_client", "error_description": "AADSTS7000215"}, 401)
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        return self._said({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token})

    async def _object(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            raise Refusal(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        if not request.query.get("api-version"):
            raise Refusal(400, "BadParameter", "The request is missing api-version.")
        area, *rest = [part for part in request.path.split("/") if part]
        body = await request.json() if request.can_read_body else {}
        if area.startswith("deleted"):
            return self._softly_deleted(request, self.shelves[area.removeprefix("deleted")], rest)
        shelf = self.shelves[area]
        match request.method, rest:
            case "GET", []:
                return self._page(request, shelf.live(), partial(self._bundle, area, listed=True))
            case "GET", [name, "versions"]:
                return self._page(request, shelf.history(name), partial(self._bundle, area, listed=True))
            case "GET", [name, *version]:
                return self._read(area, *shelf.version(name, "".join(version)))
            case "PUT", [name] if area == "secrets":
                made = shelf.add(name, body["value"], body.get("tags") or {}, body.get("contentType"))
                return self._said(self._bundle(area, *made))
            case "POST", [name, "create"] if area == "keys":
                return self._said(self._bundle(area, *shelf.add(name, self._new_key(body), body.get("tags") or {})))
            case "POST", [name, version, "wrapkey" | "unwrapkey" as operation] if area == "keys":
                return self._wrapping(operation, body, *shelf.version(name, version))
            case "PATCH", [name, version]:
                return self._changed(area, body, *shelf.version(name, version))
            case "DELETE", [name]:
                return self._said(self._deleted_bundle(area, *shelf.delete(name)))
        raise Refusal(405, "MethodNotAllowed", "The method is not known here.")

    def _softly_deleted(self, request: web.Request, shelf: Shelf, rest: list[str]) -> web.StreamResponse:
        area = f"{shelf.kind.lower()}s"
        match request.method, rest:
            case "GET", []:
                return self._page(request, shelf.all_deleted(), partial(self._deleted_bundle, area))
            case "GET", [name]:
                return self._said(self._deleted_bundle(area, *shelf.deleted(name)))
            case "DELETE", [name]:
                if self.purge_protection:
                    raise Refusal(403, "Forbidden", "Purge protection is on.", "ForbiddenByPolicy")
                shelf.purge(name)
                return web.Response(status=204)
            case "POST", [name, "recover"]:
                return self._said(self._bundle(area, *shelf.recover(name)))
        raise Refusal(405, "MethodNotAllowed", "The method is not known here.")

    def _page(
        self, request: web.Request, found: list[tuple[str, Stored]], shown: Callable[..., dict[str, Any]]
    ) -> web.Response:
        start = int(request.query.get("$skiptoken", "0"))
        end = start + PAGE
        query = f"api-version={quote(request.query['api-version'])}&$skiptoken={end}"
        following = f"https://{request.host}{request.path}?{query}" if end < len(found) else None
        return self._said({"value": [shown(*each) for each in found[start:end]], "nextLink": following})

    def _read(self, area: str, name: str, version: Stored) -> web.Response:
        if not version.enabled:
            kind = self.shelves[area].kind
            message = f"Operation get is not allowed on a disabled {kind.lower()}."
            raise Refusal(403, "Forbidden", message, f"{kind}Disabled")
        return self._said(self._bundle(area, name, version))

    def _changed(self, area: str, body: dict[str, Any], name: str, version: Stored) -> web.Response:
        version.enabled = body.get("attributes", {}).get("enabled", version.enabled)
        version.tags = body.get("tags") or version.tags
        version.updated = int(self.clock.seconds)
        return self._said(self._bundle(area, name, version))

    def _new_key(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("kty") not in ("RSA", "RSA-HSM"):
            raise Refusal(400, "BadParameter", "Only RSA keys are kept here.")
        self._keys_made += 1
        key = rsa_key(self._keys_made, body.get("key_size") or 2048)
        return {"kty": body["kty"], "key_ops": body.get("key_ops") or list(KEY_OPERATIONS.values()), "key": key}

    def _wrapping(self, operation: str, body: dict[str, Any], name: str, version: Stored) -> web.Response:
        allowed = KEY_OPERATIONS[operation]
        if not version.enabled or allowed not in version.content["key_ops"]:
            message = f"Operation {allowed} is not allowed on this key."
            raise Refusal(403, "Forbidden", message, None if version.enabled else "KeyDisabled")
        if body["alg"] != "RSA-OAEP-256":
            raise Refusal(400, "BadParameter", f"Algorithm {body['alg']} is not known here.")
        key, value = version.content["key"], urlsafe_b64decode(body["value"] + "==")
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        try:
            result = key.decrypt(value, oaep) if operation == "unwrapkey" else key.public_key().encrypt(value, oaep)
        except ValueError:
            raise Refusal(400, "BadParameter", "The parameter is incorrect.") from None
        return self._said({"kid": f"{self.url}/keys/{name}/{version.id}", "value": _base64url(result)})

    def _bundle(self, area: str, name: str, version: Stored, *, listed: bool = False) -> dict[str, Any]:
        id = f"{self.url}/{area}/{name}/{version.id}"
        attributes = {
            "enabled": version.enabled,
            "created": version.created,
            "updated": version.updated,
            "recoveryLevel": self.recovery_level,
            "recoverableDays": 90,
        }
        common = {"attributes": attributes, "tags": version.tags}
        if area == "secrets":
            content = {} if listed else {"value": version.content}
            return {"id": id, "contentType": version.content_type, **content, **common}
        if listed:
            return {"kid": id, **common}
        numbers = version.content["key"].public_key().public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        shown = {"kty": version.content["kty"], "key_ops": version.content["key_ops"]}
        return {"key": {"kid": id, **shown, "n": _base64url(modulus), "e": "AQAB"}, **common}

    def _deleted_bundle(self, area: str, name: str, version: Stored) -> dict[str, Any]:
        now = int(self.clock.seconds)
        recovery = {
            "recoveryId": f"{self.url}/deleted{area}/{name}",
            "deletedDate": now,
            "scheduledPurgeDate": now + 90 * 86400,
        }
        return {**self._bundle(area, name, version), **recovery}


@asynccontextmanager
async def key_vault(*, purge_protection: bool = False) -> AsyncIterator[KeyVault]:
    """A vault that is served while the block lasts."""
    vault = KeyVault(purge_protection=purge_protection)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", vault.answer)
    runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=vault.trust.server).start()
        vault.port = runner.addresses[0][1]
        yield vault
    finally:
        await runner.cleanup()


class _Here(AbstractResolver):
    """Finds every host on one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: Any = None) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None:
        return None


class _HastyTransport(AioHttpTransport):  # type: ignore[misc]
    """Pauses between attempts are short, whatever was asked for."""

    async def sleep(self, duration: float) -> None:
        await asyncio.sleep(min(duration, 0.001))


def _base64url(body: bytes) -> str:
    return urlsafe_b64encode(body).rstrip(b"=").decode("ascii")


__all__ = ["CLIENT", "SECRET", "TENANT", "Fault", "KeyVault", "key_vault"]
