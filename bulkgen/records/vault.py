"""The key of the installation, from its environment."""

from hashlib import sha256
from uuid import UUID

from typing_extensions import override

from bulkgen.domain.errors import SetupError
from bulkgen.logs import hide
from bulkgen.ports import Vault

_FIRST_PRINTABLE, _LAST_PRINTABLE = "!", "~"


class EnvironmentVault(Vault):
    """One key for everyone: OPENAI_API_KEY, or the demo's own."""

    def __init__(self, key: str | None) -> None:
        if key is not None:
            hide(key)
        self._key = key
        self._is_possible = key is None or all(
            _FIRST_PRINTABLE <= character <= _LAST_PRINTABLE for character in key
        )
        self._account = "key:" + sha256((key or "").encode()).hexdigest()[:16]

    @override
    def open_key(self, owner_id: UUID) -> str:
        if self._key is None:
            raise SetupError("There is no OpenAI key. Set OPENAI_API_KEY and start again.")
        if not self._is_possible:
            raise SetupError(
                "OPENAI_API_KEY holds a space, a line break or another character that no key has. "
                "Copy the key again."
            )
        return self._key

    @override
    def account(self, owner_id: UUID) -> str:
        self.open_key(owner_id)
        return self._account
