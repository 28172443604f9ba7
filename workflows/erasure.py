"""An erasure as a whole: keys first, then what lies outside the database, taken up again after an interruption."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from knowledge.case import ProcessorName
from knowledge.library.precedents import PrecedentEraser
from tools.mail.outbox import Outbox
from tools.records.erasure import Doomed, Erasure, Erasures
from tools.records.persons import FoundPerson, Sought, find_person
from workflows.gathering_messages import gathering_id
from workflows.installation import Installation
from workflows.messages import workflow_id


class Eraser:
    """Erases people, and what is not kept any longer."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self.records = Erasures(installation.records)
        self._outbox = Outbox(installation.settings.data.expanduser().absolute() / "outbox")
        self._precedents = PrecedentEraser(installation.addresses.chroma_url)

    async def find(self, merchant: str, sought: Sought) -> FoundPerson:
        """Everything of the person that can be read now."""
        return await find_person(self._installation.records, merchant, sought)

    async def erase_person(
        self, merchant: str, sought: Sought, found: FoundPerson, *, by: str, forced_because: str = ""
    ) -> Erasure:
        """Destroy what `find` showed. ErasureRefused when something stands against it and no reason is given.

        Raises LibraryUnavailable or RPCError when precedents or workflows cannot be reached: the keys are destroyed by
        then, and `resume` does the rest.
        """
        erasure = await self.records.of_person(merchant, sought, found, by=by, forced_because=forced_because)
        await self._finish(merchant, erasure, by)
        return erasure

    async def erase_due(self, merchant: str, doomed: Doomed, *, by: str) -> Erasure:
        """Destroy what is not kept any longer; refuses and fails as `erase_person`."""
        erasure = await self.records.of_due(merchant, doomed, by=by)
        await self._finish(merchant, erasure, by)
        return erasure

    async def resume(self, merchant: str, *, by: str) -> Sequence[Erasure]:
        """Finish what was interrupted; returns these erasures."""
        unfinished = await self.records.unfinished(merchant)
        for erasure in unfinished:
            await self._finish(merchant, erasure, by)
        return unfinished

    async def _finish(self, merchant: str, erasure: Erasure, by: str) -> None:
        doomed = erasure.record.doomed
        # Workflows first: one that runs could still write a message or teach a precedent.
        for case_id in doomed.cases:
            await self._forget_workflow(workflow_id(merchant, case_id))
        for dispute in doomed.disputes:
            for processor in ProcessorName:
                await self._forget_workflow(gathering_id(merchant, processor, dispute))
        await asyncio.to_thread(self._outbox.erase, merchant, doomed.cases)
        await asyncio.to_thread(self._precedents.forget, merchant, doomed.cases)
        await self.records.done(merchant, erasure, by=by)

    async def _forget_workflow(self, name: str) -> None:
        """End the workflow if it runs, and delete the histories of all its runs."""
        temporal = self._installation.temporal
        with suppress(RPCError):
            await temporal.get_workflow_handle(name).terminate(reason="erased")
        runs = [run.run_id async for run in temporal.list_workflows(f"WorkflowId = '{name}'")]
        # The list lags behind by moments; the newest run is deleted by name as well.
        for run_id in (*runs, ""):
            try:
                await temporal.workflow_service.delete_workflow_execution(
                    DeleteWorkflowExecutionRequest(
                        namespace=temporal.namespace,
                        workflow_execution=WorkflowExecution(workflow_id=name, run_id=run_id),
                    )
                )
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
