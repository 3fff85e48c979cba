"""Gap: the settings of one method come back under another name than they were set.

On AWS a slash in the resource's path is written `~1` in a patch, and in the stage's
`methodSettings` as well: `~1items~1{itemId}/GET` (API Gateway API Reference, "UpdateStage";
hashicorp/terraform-provider-aws issue 9738). MiniStack decodes it, so Terraform does not find
what it wrote, and writes it again at every apply.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local_aws.emulator import gateway


def apply() -> None:
    """Keep the name as it is, and look the throttle up by it."""
    gateway._decode_json_pointer_token = str
    gateway._method_throttle_settings = _by_encoded_path(gateway._method_throttle_settings)


def _by_encoded_path(find: Callable[..., Any]) -> Callable[..., Any]:
    def method_throttle_settings(stage: Any, resource_path: str, http_method: str) -> Any:
        return find(stage, resource_path.replace("/", "~1"), http_method)

    return method_throttle_settings
