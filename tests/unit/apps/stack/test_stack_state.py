"""The env file and ports of the local stack; leases on SQLite; a model's digests."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ocr.bundles import Bundle, load_bundle, problems
from adapters.ocr.sources import fetch
from apps.stack.state import choose_ports, merge_env, write_access
from apps.stack.supervision import Program, config_text
from datastore.ledger import leases
from schemas.errors import ModelUnavailable
from tests.empty_ledger import empty_ledger
from tests.places import ROOT

MODELS = ROOT / "recipes" / "models"


@pytest.mark.slow
@given(st.lists(st.from_regex(r"MINE_[A-Z]{1,5}=[a-z가-힣]{0,5}|# [a-z]{1,9}", fullmatch=True)))
def test_lines_of_the_user_survive(lines: list[str]) -> None:
    merged = merge_env([*lines, "SAEGIM_A=old"], {"SAEGIM_A": "new", "SAEGIM_B": "b"})
    assert [line for line in merged if not line.startswith("SAEGIM_")] == lines
    assert [line for line in merged if line.startswith("SAEGIM_")] == ["SAEGIM_A=new", "SAEGIM_B=b"]


def test_a_port_that_somebody_holds_is_not_chosen() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        chosen = choose_ports({"prefect": taken})
    assert chosen["prefect"] != taken
    assert len(set(chosen.values())) == len(chosen)


def test_a_key_that_was_lent_to_label_studio_is_made_void_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "ports.json").write_text('{"s3": 8333, "filer": 21000}')
    (tmp_path / "env").write_text("SAEGIM_S3_ACCESS_KEY=lent\nSAEGIM_S3_SECRET_KEY=lent too\nSAEGIM_BATCH_SIZE=7\n")
    upgraded = write_access(reuse_ports=True)
    assert "lent" not in (tmp_path / "env").read_text()
    assert "SAEGIM_BATCH_SIZE=7" in (tmp_path / "env").read_text()
    assert (upgraded.ports["s3"], upgraded.ports["filer"]) == (8333, 21000)
    assert {"admin", "master", "volume"} <= upgraded.ports.keys()  # what an older version had no port for
    assert upgraded.env["SAEGIM_S3_ACCESS_KEY"] != upgraded.env["SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY"]
    assert write_access(reuse_ports=True) == upgraded


def test_supervisords_configuration_survives_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from supervisor.options import ServerOptions

    folder = tmp_path / "작업 100% \"x\""
    (folder / "logs").mkdir(parents=True)
    text = config_text([Program("one", ["/bin/echo", "a b", "%d"], {"KEY": 'v"%,\\'})], folder, tmp_path)
    config = folder / "s.conf"
    config.write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    options = ServerOptions()
    options.realize(["-c", str(config), "--nodaemon"])
    (program,) = options.process_group_configs[0].process_configs
    assert program.command == "/bin/echo 'a b' %d"
    assert program.environment["KEY"] == 'v"%,\\'


def test_a_dead_holders_work_is_free_and_a_living_ones_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    mine = leases.claim(ledger, "ingest", ["a", "b"], 300)
    assert mine.keys == ["a", "b"]
    assert leases.claim(ledger, "ingest", ["b", "c"], 300).keys == ["c"]
    leases.release(ledger, mine)
    machine = leases.own_holder().split(":")[0]
    monkeypatch.setattr(leases, "own_holder", lambda: f"{machine}:{os.getpid()}:1.00:an-earlier-process-with-this-number")
    assert leases.claim(ledger, "label", ["x"], 300).keys == ["x"]
    monkeypatch.undo()
    assert leases.claim(ledger, "label", ["x"], 300).keys == ["x"]


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    recipe = load_bundle(MODELS / "ppocr-v6-small.yaml")
    fetch(recipe, tmp_path)
    assert problems(recipe, tmp_path) == []
    (tmp_path / recipe.files[0].name).write_bytes(b"tampered")
    assert "sha256" in problems(recipe, tmp_path)[0]
    values = recipe.model_dump()
    values["files"][0]["sha256"] = "0" * 64
    with pytest.raises(ModelUnavailable, match=recipe.files[0].name):
        fetch(Bundle.model_validate(values), tmp_path / "other")


def test_the_portals_address_follows_its_port_unless_a_proxy_stands_before_it(tmp_path: Path,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path))
    (tmp_path / "stack").mkdir()
    (tmp_path / "stack" / "ports.json").write_text('{"portal": 28500}')
    for own in ("http://127.0.0.1:8500", "http://localhost:8500/", "http://127.0.0.1"):
        (tmp_path / "env").write_text(f"SAEGIM_PORTAL_URL={own}\n")
        assert write_access(reuse_ports=True).env["SAEGIM_PORTAL_URL"] == "http://127.0.0.1:28500"
    for proxy in ("https://event.example.com", "http://192.168.0.7:8500", "http://127.0.0.1.example.com"):
        (tmp_path / "env").write_text(f"SAEGIM_PORTAL_URL={proxy}\n")
        assert write_access(reuse_ports=True).env["SAEGIM_PORTAL_URL"] == proxy
    assert len(write_access(reuse_ports=True).env["SAEGIM_PORTAL_SECRET"]) >= 32
