"""The buckets of an object store: made where they are missing, with what browsers may do and what Label Studio's key may not.

``python -m apps.stack.buckets`` does it on the store that the settings name; ``saegim up`` does it by itself.
"""

from __future__ import annotations

from apps.stack import seaweedfs
from apps.stack.seaweedfs import BUCKETS
from datastore.objects import ObjectStore
from workbench.settings import Settings, load_settings


def provide_buckets(settings: Settings) -> None:
    """Makes the buckets, their CORS rules, and the policy of the bucket of images; what stands already stays.

    Raises:
        SaegimError: the store or its key does not allow it.
    """
    objects = ObjectStore(settings)
    objects.ensure_buckets(BUCKETS, posted_to=(settings.bucket_raw, settings.bucket_demo), origin=settings.portal_url)
    if settings.bucket_images in BUCKETS:
        objects.set_policy(settings.bucket_images, seaweedfs.policy(settings.bucket_images))


if __name__ == "__main__":
    provide_buckets(load_settings())
