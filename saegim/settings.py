"""Where the object store and the cache are: the part of the settings that an engineer needs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from obstore.store import S3Store
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

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


class StorageSettings(BaseSettings):
    """Object storage. Environment variables win over the file ``.saegim/env`` that ``saegim up`` writes."""

    model_config = SettingsConfigDict(env_prefix="SAEGIM_", extra="ignore", frozen=True)

    s3_endpoint: str | None = Field(None, description="URL of the S3 service; empty means AWS itself.")
    s3_region: str = Field("us-east-1", description="Region of the buckets.")
    s3_access_key: SecretStr | None = Field(None, description="Key id; empty means the usual AWS sources.")
    s3_secret_key: SecretStr | None = Field(None, description="Secret of that key.")
    bucket_datasets: str = Field("datasets", description="Bucket of the releases.")

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
    """Settings from the environment and from ``.saegim/env``."""
    return StorageSettings(_env_file=home() / "env")
