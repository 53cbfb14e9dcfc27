"""All settings of the workbench: one class, prefix ``SAEGIM_``, built at the edge and passed down (design D11)."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator

from saegim.settings import StorageSettings, home, web_address, without_user
from saegim.unknown_settings import tell_unknown
from schemas.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: recipes and annotation configs are read from here."""

SECRET_FROM = 8
"""So many characters may be a password or a token; numbers and words that a setting takes are shorter."""


class Settings(StorageSettings):
    """Every value is an environment variable ``SAEGIM_<NAME>`` or a line of ``.saegim/env``."""

    bucket_raw: str = Field("raw", description="What submitters send: <campaign>/<submitter>/<name>.")
    bucket_images: str = Field("images", description="Canonical images.")
    bucket_models: str = Field("models", description="Model bundles.")
    ledger_url: str = Field("", repr=False, description="SQLAlchemy URL; empty means SQLite in the state folder.")
    label_studio_url: str = Field("http://127.0.0.1:8080", description="Where Label Studio answers.")
    label_studio_token: SecretStr = Field(SecretStr(""), description="Access token of a Label Studio user.")
    label_studio_user: str = Field("", description="Log-in of the local stack's first user, to show to people.")
    label_studio_password: SecretStr = Field(SecretStr(""), description="Its password.")
    label_studio_s3_access_key: SecretStr | None = Field(
        None, description="Key id that projects in Label Studio carry: it should read the bucket of images and nothing else, for "
        "every account may use it. Empty: the key of the flows.")
    label_studio_s3_secret_key: SecretStr | None = Field(None, description="Secret of that key.")
    prefect_api_url: str = Field("http://127.0.0.1:4200/api", description="Where the Prefect server answers.")
    prefect_auth: SecretStr = Field(
        SecretStr(""), validation_alias="PREFECT_API_AUTH_STRING",
        description="user:password of that server, by the name that Prefect itself reads; empty where it has none.")
    alert_webhook: SecretStr = Field(
        SecretStr(""), description="Address that alerts are posted to, as a JSON object whose `text` Slack, Mattermost and "
        "Google Chat show; then `saegim setup`, or `saegim up`.")
    alert_email: str = Field("", description="People's addresses that alerts are mailed to, with commas.")
    mail_server: SecretStr = Field(
        SecretStr(""), description="What mails them: `smtp+starttls://user:password@mail.example.com`, `smtps://…` or, without "
        "encryption, `smtp://…`.")
    pseudonym_secret: SecretStr = Field(
        SecretStr("saegim"), description="Keys the pseudonyms of people in releases: set your own and keep it.")
    model: str = Field("", description="Model that prelabel and evaluate use, NAME or NAME@VERSION; where empty, what `saegim "
                       "models use` chose for all workers, else ppocr-korean.")
    annotation_config: str = Field("scene_text", description="Folder in annotation_configs/: what the pictures of campaigns "
                                   "that name none are labelled under.")
    annotation_configs: Path = Field(ROOT / "annotation_configs", description="Folder of the annotation configs.")
    campaigns: Path = Field(ROOT / "recipes" / "campaigns", description="Folder of the campaigns.")
    datasets: Path = Field(ROOT / "recipes" / "datasets", description="Folder of the dataset recipes.")
    slices: Path = Field(ROOT / "recipes" / "slices.yaml", description="File of the named slices; there are none without it.")
    stock_pictures: Path = Field(ROOT / "recipes" / "stock_pictures.txt", description="File of pictures that everybody can "
                                 "download, by their sha256; there are none without it.")
    dataset: str = Field("scene-text", description="Recipe in that folder that export publishes.")
    onnx_provider: str = Field("cpu", pattern="^(cpu|cuda|cuda-tf32|tensorrt|openvino)$", description="Runs the OCR model "
                               "(docs/gpu.md).")
    gpu_memory: float | None = Field(None, gt=0, description="GiB of the card that the OCR model may take; left out: 85 % of "
                                     "what nvidia-smi tells.")
    log_format: str = Field("text", pattern="^(text|json)$", description="How runs and the portal write to their console: `text` "
                            "for people, `json` for programs, a line a record.")
    batch_size: int = Field(1000, ge=1, le=5000, description="Images in one Prefect task.")
    batch_runs: int | None = Field(
        None, ge=0, le=500, description="Batch runs that help a run of ingest or prelabel with much work, at most at once; left "
        "out: one for each other worker of its pool that is online. 0: none.")
    settle_seconds: float = Field(20, ge=0, description="How long Label Studio may take to show what a lost answer was about.")
    lease_seconds: int = Field(300, ge=5, description="How long a worker may be silent before its work is given away.")
    max_bytes: int = Field(50_000_000, ge=1, description="Largest submission taken, in bytes.")
    max_pixels: int = Field(100_000_000, ge=1, description="Largest picture taken, in pixels.")
    min_side: int = Field(32, ge=1, description="Smallest side taken of a photograph, in pixels.")
    min_line_side: int = Field(8, ge=1, description="Smallest side taken of a crop, where the campaign's unit is word or line.")
    least_brightness: float = Field(30.0, ge=0, description="Grey value of the brightest spots below which it is too dark.")
    least_contrast: float = Field(6.0, ge=0, description="Grey levels by which the clearest spots stand out, below: blank.")
    least_sharpness: float = Field(0.075, ge=0, description="Steepest edges, in parts of the range about them, below: blurred.")
    decode_cpu_seconds: float = Field(2.0, gt=0, description="CPU time of decoding a file, for each 2.5 MB of it.")
    decode_memory: int = Field(1_000_000_000, ge=100_000_000, description="Memory that one decoder may take, in bytes.")
    bucket_demo: str = Field("demo", description="Photographs on the demo page, for an hour.")
    portal_url: str = Field("http://127.0.0.1:8500", description="Where people reach the portal; links in invitations begin so.")
    portal_secret: SecretStr = Field(SecretStr(""), description="Signs the portal's cookies and invitations; empty: they are "
                                     "worth nothing once it was started anew.")
    portal_s3_endpoint: str = Field("", description="Where browsers reach the object store; SAEGIM_S3_ENDPOINT where empty.")
    portal_proxies: str = Field("", description="Addresses of proxies before the portal, with commas: what they say of whom they "
                                "ask for (X-Forwarded-For, X-Forwarded-Proto) is believed, of nobody else.")
    oidc_issuer: str = Field("", description="Issuer of the company's own log-in (OpenID Connect), such as "
                             "https://login.example.com; none where empty.")
    oidc_client_id: str = Field("", description="The portal's name there; its way back is SAEGIM_PORTAL_URL + /oidc/callback.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Its secret there.")
    time_zone: str = Field("Asia/Seoul", description="Zone that the morning page tells its moments in, and whose hours and "
                           "days the annotators work in, by its IANA name.")
    verifications: int = Field(16, ge=1, description="Earlier images that a new one is compared with, at most.")
    backup: str = Field("", description="Where `saegim backup` and `saegim restore` look for backups where none is named: a "
                        "folder, or s3://BUCKET/PREFIX.")
    backup_s3_endpoint: str = Field("", description="URL of the S3 service that holds backups; SAEGIM_S3_ENDPOINT where empty.")
    backup_s3_access_key: SecretStr | None = Field(None, description="Key id for backups; that of the object store where empty.")
    backup_s3_secret_key: SecretStr | None = Field(None, description="Secret of that key.")

    @field_validator("time_zone")
    @classmethod
    def check_zone(cls, name: str) -> str:
        """The zone must be known on this machine."""
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("no such time zone; expected an IANA name such as Asia/Seoul or Europe/London") from None
        return name

    @field_validator("label_studio_url", "prefect_api_url", "portal_url")
    @classmethod
    def check_address(cls, url: str) -> str:
        """Addresses are shown to people and written to logs."""
        return web_address(without_user(url))

    @property
    def shown(self) -> StorageSettings:
        """The object store as Label Studio reads it."""
        if not (self.label_studio_s3_access_key and self.label_studio_s3_secret_key):
            return self
        return self.model_copy(update={"s3_access_key": self.label_studio_s3_access_key,
                                       "s3_secret_key": self.label_studio_s3_secret_key})

    @property
    def backup_storage(self) -> StorageSettings:
        """The object store that holds backups."""
        changes: dict[str, object] = {"s3_endpoint": self.backup_s3_endpoint or self.s3_endpoint}
        if self.backup_s3_access_key and self.backup_s3_secret_key:
            changes |= {"s3_access_key": self.backup_s3_access_key, "s3_secret_key": self.backup_s3_secret_key}
        return self.model_copy(update=changes)

    @property
    def ledger(self) -> str:
        """URL of the ledger."""
        return self.ledger_url or f"sqlite:///{home() / 'ledger.db'}"


def load_settings() -> Settings:
    """Settings from the environment and from ``.saegim/env``.

    Raises:
        SettingError: one line a wrong setting, with its name, its value where that can be no secret, and what was expected.
    """
    tell_unknown([name for name, field in Settings.model_fields.items() if not field.validation_alias], home() / "env")
    try:
        return Settings(_env_file=home() / "env")
    except ValidationError as error:
        lines = [f"SAEGIM_{'_'.join(map(str, item['loc'])).upper()} {_shown(item['input'])}: "
                 f"{item['msg'].removeprefix('Value error, ')}"
                 for item in error.errors()]
        raise SettingError("; ".join(lines) + f". Set it in the environment or in {home() / 'env'}") from None


def _shown(value: object) -> str:
    """A value that is wrong, unless it is long or odd enough to be a secret that stands in the wrong line."""
    text = str(value)
    return f"is {text!r}" if len(text) < SECRET_FROM and "@" not in text else "has a value that is not shown"
