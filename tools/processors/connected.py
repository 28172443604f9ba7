"""The processors an installation is connected to, each found by its name."""

from collections.abc import Mapping

from knowledge.case import ProcessorName
from tools.ports import Processor, ProcessorError
from tools.processors.watched import WatchedProcessor

_SETTING = {
    ProcessorName.STRIPE: "AMENDS_STRIPE_KEY",
    ProcessorName.PAYPAL: "AMENDS_PAYPAL_CLIENT_ID and AMENDS_PAYPAL_SECRET",
    ProcessorName.ADYEN: "AMENDS_ADYEN_KEY, AMENDS_ADYEN_ACCOUNT and its webhook",
}


class ConnectedProcessors:
    """Who can be asked and told; a payment of a processor that is not connected waits until it is."""

    def __init__(self, connected: Mapping[ProcessorName, Processor]) -> None:
        self._connected = {name: WatchedProcessor(name, one) for name, one in connected.items()}

    def of(self, name: ProcessorName) -> Processor:
        """The processor of that name; a ProcessorError worth trying again names the setting that connects it."""
        processor = self._connected.get(name)
        if processor is None:
            raise ProcessorError(f"{name.value} is not connected; set {_SETTING[name]}", retry=True)
        return processor

    def names(self) -> tuple[ProcessorName, ...]:
        """Who is connected."""
        return tuple(self._connected)
