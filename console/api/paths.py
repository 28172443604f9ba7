"""Parameters of paths, with examples."""

from typing import Annotated

from fastapi import Path

_IDENTIFIER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
OrderId = Annotated[str, Path(pattern=_IDENTIFIER, examples=["order-1001"])]
CaseId = Annotated[str, Path(pattern=_IDENTIFIER, examples=["case-1001"])]
DecisionId = Annotated[str, Path(pattern=r"^d[0-9]{1,9}-[0-9a-f]{16}$", examples=["d1-0123456789abcdef"])]
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", examples=["0" * 64])]
EndpointId = Annotated[str, Path(pattern=r"^we_[0-9a-f]{16}$", examples=["we_0123456789abcdef"])]
DeliveryId = Annotated[str, Path(pattern=r"^we_[0-9a-f]{16}\.[0-9]{1,18}$", examples=["we_0123456789abcdef.12"])]
