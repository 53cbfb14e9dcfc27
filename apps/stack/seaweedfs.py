"""SeaweedFS as the stack runs it: one door for people, its S3 port, and no other that opens without a key.

By default each of its ports reads and writes all buckets for whoever asks. Here filer and master take no HTTP, the volume
server wants a token that only the S3 gateway can sign, and gRPC wants a certificate that lies in the state folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from apps.stack.state import Access, stack_folder
from apps.stack.supervision import BIN, Program

BUCKETS = ("raw", "images", "datasets", "models", "demo")
PORTS = ("master", "volume", "filer", "admin", "s3")
"""Each takes a second port 10,000 higher, for gRPC."""
SIGNED = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
"""Tables of security.toml with a key each: writes and reads on the volume server, then on the filer."""
GRPC = ("master", "volume", "filer", "s3", "admin", "worker", "msg_broker", "msg_agent", "mq", "client")
FROM = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""The certificate is trusted because it is this one; no date makes it better."""


def program(access: Access, shown: str) -> Program:
    """SeaweedFS's process. No secret is an argument: everybody on a machine reads the arguments of all.

    Args:
        access: ports and keys.
        shown: the one bucket that Label Studio's key reads.
    """
    data = stack_folder() / "seaweedfs"
    data.mkdir(parents=True, exist_ok=True)
    keys = write_keys(access, shown)
    written = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(keys.iterdir()))).hexdigest()
    return Program("seaweedfs", [
        str(BIN / "weed"), f"-config_dir={keys}", "mini", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        *(f"-{name}.port={access.ports[name]}" for name in PORTS), f"-s3.config={keys / 's3.json'}", "-disableHttp",
        "-admin.ui=false", "-webdav=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
        # A bucket takes seven volumes, files as large as what is in them; the default allows as many as would fit if full.
        "-volume.max=10000",
        # What its volumes say at each start is enough for one master. One that finds its own snapshot sends heartbeats to itself
        # without a pause: 2.5 % of a core for nothing (SeaweedFS 4, measured).
        "-master.resumeState=false",
    ], {"S3_BUCKET": ",".join(BUCKETS),
        "SAEGIM_KEYS": written})  # other keys make another configuration, which `saegim up` starts


def write_keys(access: Access, shown: str) -> Path:
    """Writes who may do what, and the secrets that the parts of SeaweedFS know each other by; returns their folder."""
    folder = stack_folder() / "seaweedfs-keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _write(folder / "s3.json", json.dumps(identities(access, shown), indent=1))
    if not ((folder / "grpc.key").is_file() and (folder / "grpc.crt").is_file()):
        key, certificate = _certificate()
        _write(folder / "grpc.key", key)
        _write(folder / "grpc.crt", certificate)
    _write(folder / "security.toml", _security(folder))
    return folder


def identities(access: Access, shown: str) -> dict[str, object]:
    """SeaweedFS's S3 users: the flows do everything; Label Studio reads the pictures that it shows."""
    def identity(name: str, key: str, secret: str, *actions: str) -> dict[str, object]:
        return {"name": name, "credentials": [{"accessKey": access.env[key], "secretKey": access.env[secret]}],
                "actions": actions}

    return {"identities": [
        identity("saegim", "SAEGIM_S3_ACCESS_KEY", "SAEGIM_S3_SECRET_KEY", "Admin"),
        identity("label-studio", "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY", "SAEGIM_LABEL_STUDIO_S3_SECRET_KEY", f"Read:{shown}"),
    ]}


def policy(shown: str) -> dict[str, object]:
    """Of the bucket of pictures: Label Studio's key reads no page that names people, and those are kept there too."""
    return {"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::000000000000:user/label-studio"}, "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{shown}/reports/*"}]}


def _security(folder: Path) -> str:
    """Written anew each time, for the folder may have moved: without its files SeaweedFS takes gRPC from everybody."""
    key = folder / "grpc.key"
    certificate = folder / "grpc.crt"
    secret = key.read_bytes()
    lines = [line for table in SIGNED for line in (
        f"[{table}]", f'key = "{hmac.digest(secret, table.encode(), "sha256").hex()}"')]
    lines += ["[access]", "ui = false", "[grpc]", f"ca = {_quoted(certificate)}"]
    lines += [line for name in GRPC for line in (
        f"[grpc.{name}]", f"cert = {_quoted(certificate)}", f"key = {_quoted(key)}")]
    return "\n".join(lines) + "\n"


def _quoted(path: Path) -> str:
    return json.dumps(str(path), ensure_ascii=False)


def _certificate() -> tuple[str, str]:
    """A key and the certificate that it signed itself, both PEM: authority, server and client in one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "saegim")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(FROM).not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
