"""Where the object store and the cache are: the part of the settings that an engineer needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from obstore.store import S3Store
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from saegim.errors import SettingMissing
from saegim.unknown_settings import tell_unknown

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config


def home() -> Path:
    """Folder of local state: ``SAEGIM_HOME``, or the nearest ``.saegim`` from here upwards, or ``.saegim`` here."""
    if named := os.environ.get("SAEGIM_HOME"):
        return Path(named).resolve()
    here = Path.cwd()
    found = (folder / ".saegim" for folder in (here, *here.parents) if (folder / ".saegim" / "env").is_file())
    return next(found, here / ".saegim")


def cache(dataset: str) -> Path:
    """Where a dataset's releases are kept when nobody names a folder: in ``SAEGIM_CACHE``, else in ``~/.cache/saegim``."""
    return Path(os.environ.get("SAEGIM_CACHE") or Path.home() / ".cache" / "saegim") / dataset


def has_workbench() -> bool:
    """Whether the workbench's commands are there: it runs from its checkout, where the folders of this package's root say so."""
    root = Path(__file__).resolve().parent.parent
    return (root / "prefect.yaml").is_file() and (root / "apps" / "cli").is_dir()


def start_it() -> str:
    """What to do about object storage that does not answer, in commands that there are here."""
    return ("Start it with: saegim up, or set SAEGIM_S3_ENDPOINT to where it is" if has_workbench()
            else "Set SAEGIM_S3_ENDPOINT to where it is, or ask who runs it")


def web_address(url: str) -> str:
    """The address of a service, without a slash at its end.

    Raises:
        ValueError: it is none that can be asked over HTTP.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # brackets that are not closed, a port that is none
        known = False
    if not known or any(letter.isspace() or not letter.isprintable() for letter in url):
        raise ValueError("expected an address with http:// or https:// before it, such as http://127.0.0.1:9000")
    return url.rstrip("/")


def without_user(url: str) -> str:
    """The address of a service, as it is.

    Raises:
        ValueError: it holds a user or a password.
    """
    if "@" in url:
        raise ValueError("an address holds no user and no password (no @): these have settings of their own")
    return url


class StorageSettings(BaseSettings):
    """Object storage. Environment variables win over the file ``.saegim/env`` that ``saegim up`` writes."""

    model_config = SettingsConfigDict(env_prefix="SAEGIM_", extra="ignore", frozen=True, hide_input_in_errors=True)

    s3_endpoint: str | None = Field(None, description="URL of the S3 service; empty means AWS itself.")
    s3_region: str = Field("us-east-1", description="Region of the buckets.")
    s3_access_key: SecretStr | None = Field(None, description="Key id; empty means the usual AWS sources.")
    s3_secret_key: SecretStr | None = Field(None, description="Secret of that key.")
    bucket_datasets: str = Field("datasets", description="Bucket of the releases.")

    @field_validator("s3_endpoint")
    @classmethod
    def check_endpoint(cls, url: str | None) -> str | None:
        """Addresses are shown to people and written to logs."""
        return web_address(without_user(url)) if url else url

    def bucket(self, name: str) -> S3Store:
        """Opens one bucket; nothing is sent yet."""
        config: S3Config = {"region": self.s3_region}
        client: ClientConfig = {"timeout": "60s", "connect_timeout": "5s"}
        if self.s3_endpoint:
            config["endpoint"] = self.s3_endpoint
            config["virtual_hosted_style_request"] = False
            client["allow_http"] = self.s3_endpoint.startswith("http://")
        if self.s3_access_key and self.s3_secret_key:
            config["access_key_id"] = self.s3_access_key.get_secret_value()
            config["secret_access_key"] = self.s3_secret_key.get_secret_value()
        return S3Store(name, config=config, client_options=client, retry_config={"max_retries": 3})


def storage_settings() -> StorageSettings:
    """Settings from the environment and from ``.saegim/env``.

    Raises:
        SettingMissing: one is wrong. Its value is not shown: keys stand beside it.
    """
    if not has_workbench():  # which has more settings, and tells which names are none
        tell_unknown(StorageSettings.model_fields, home() / "env", only_near=True)
    try:
        return StorageSettings(_env_file=home() / "env")
    except ValidationError as error:
        lines = [f"SAEGIM_{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors()]
        raise SettingMissing("; ".join(lines)
                             + f". Set it in the environment or in {home() / 'env'}") from None
