"""What a person is told of a fault of an S3 service."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    SSLError,
    TokenRetrievalError,
)

from bulkgen.domain.errors import StorageError

_KEY = (
    "The S3 storage refused the key for the bucket {bucket}. Put a valid one into the s3: URL or "
    "the AWS_ variables, and start again."
)
_RIGHTS = (
    "The S3 storage does not let this key into the bucket {bucket}. Give it the rights that "
    "docs/storage.md lists, or use another key."
)
_REGION = (
    "The bucket {bucket} is in another region. Put the right region and endpoint into the s3: URL."
)
_BYTES = "The S3 storage received other bytes than were sent. Look at the network; they are kept."
_AWAY = (
    "The S3 storage does not answer. See that the network and the service work; nothing is lost."
)
_SENTENCES = {
    **dict.fromkeys(
        (
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"),
            *("Unauthorized", "401", "InvalidClientTokenId", "TokenRefreshRequired"),
        ),
        _KEY,
    ),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "Forbidden", "403"), _RIGHTS),
    **dict.fromkeys(
        (
            *("PermanentRedirect", "AuthorizationHeaderMalformed", "301"),
            *("IllegalLocationConstraintException", "InvalidRegion"),
        ),
        _REGION,
    ),
    **dict.fromkeys(("BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch"), _BYTES),
    "NoSuchBucket": "There is no bucket {bucket} at the S3 storage. Make it, or correct its name.",
    "RequestTimeTooSkewed": (
        "The clock of this machine is too far off for the S3 storage. Set it by a time server."
    ),
}
_MISSING = {"404", "NoSuchKey", "NotFound"}
_NO_VERSIONS = {"NotImplemented", "501", "MethodNotAllowed"}
_OWN_FAULT = 500


def explained(error: ClientError | BotoCoreError, bucket: str) -> StorageError:
    """One sentence for a person, without what the service wrote, which can hold a key id."""
    if isinstance(error, (NoCredentialsError, CredentialRetrievalError, TokenRetrievalError)):
        return StorageError(_KEY.format(bucket=bucket))
    if isinstance(error, SSLError):
        return StorageError(
            "The S3 storage showed a certificate that is not trusted. Look at the endpoint."
        )
    if not isinstance(error, ClientError):
        return StorageError(_AWAY)
    code, status = code_of(error), error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    if code in _SENTENCES:
        return StorageError(_SENTENCES[code].format(bucket=bucket))
    if status >= _OWN_FAULT or code in {"SlowDown", "RequestTimeout"}:
        return StorageError(_AWAY)
    return StorageError(
        f"The S3 storage refused a request for the bucket {bucket} ({code}, HTTP {status}). "
        "Look at the bucket's settings."
    )


def is_missing(error: ClientError) -> bool:
    """Whether it says that there is no such file."""
    return code_of(error) in _MISSING


def has_no_versions(error: ClientError) -> bool:
    """Whether it says that the service keeps one version of a file only."""
    return code_of(error) in _NO_VERSIONS


def code_of(error: ClientError) -> str:
    """The service's name of the fault."""
    return str(error.response.get("Error", {}).get("Code", ""))
