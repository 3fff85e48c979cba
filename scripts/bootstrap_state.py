"""Make the S3 bucket that keeps the Terraform state of the shared environments. Needed once.

    python3 scripts/bootstrap_state.py --bucket NAME --region REGION

Uses the AWS credentials of the shell. The bucket is versioned, encrypted, private and reached by
TLS only; old states are kept for 90 days. Writes terraform/environments/backend.hcl, which holds no
secret and belongs in the repository. Running it again changes nothing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from terraform_init import BACKEND_CONFIG, PROJECT, TERRAFORM, InitError, check_version, init

BOOTSTRAP = TERRAFORM / "bootstrap"
STATE_KEY = "catalog/terraform.tfstate"


def apply(bucket: str, region: str) -> None:
    """Create the bucket, or bring it to what the configuration says."""
    variables = [f"-var=bucket={bucket}", f"-var=region={region}"]
    command = ["terraform", f"-chdir={BOOTSTRAP}", "apply", "-input=false", "-auto-approve"]
    if subprocess.run([*command, *variables], check=False).returncode != 0:
        raise InitError("The bucket was not made; Terraform's message stands above.")


def write_backend(bucket: str, region: str) -> None:
    """Tell `terraform init` where the state is."""
    BACKEND_CONFIG.write_text(
        "# Written by `make bootstrap`: where the state of the shared environments is kept.\n"
        f'bucket = "{bucket}"\n'
        f'key    = "{STATE_KEY}"\n'
        f'region = "{region}"\n'
    )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bucket", required=True, help="name, unique in all of AWS")
    parser.add_argument("--region", required=True, help="AWS region, like eu-west-1")
    arguments = parser.parse_args()
    try:
        check_version()
        init(BOOTSTRAP)
        apply(arguments.bucket, arguments.region)
    except InitError as error:
        sys.exit(f"error: {error}")
    write_backend(arguments.bucket, arguments.region)
    print(f"Wrote {BACKEND_CONFIG.relative_to(PROJECT)}: commit it.")


if __name__ == "__main__":
    main()
