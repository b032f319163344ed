from __future__ import annotations

from pathlib import Path

from activities.partners.sms import SandboxSms, SmsGateway


async def test_one_message_a_key(tmp_path: Path) -> None:
    sandbox = SandboxSms(tmp_path / "sms")
    gateway: SmsGateway = sandbox
    await gateway.send(key="IT-1/audit/1", phone="+37129123456", text="Atslēga: āčē")
    await gateway.send(key="IT-1/audit/1", phone="+37129123456", text="Atslēga: cita")
    await gateway.send(key="IT-1/audit/2", phone="+37129123456", text="Otrā")
    assert sandbox.path("IT-1/audit/1").read_text(encoding="utf-8") == "+37129123456\n\nAtslēga: āčē\n"
    files = sorted((tmp_path / "sms").iterdir())
    assert files == sorted([sandbox.path("IT-1/audit/1"), sandbox.path("IT-1/audit/2")])
    for file in files:
        assert "29123456" not in file.name
        assert file.stat().st_mode & 0o077 == 0
