import { actions, type EventToSend, workflow } from "everstep";

export default workflow({ id: "events-out" }, async ({ input, step, execution }) => {
  const event: EventToSend = { type: "contract.signed", data: { by: execution.id }, record: { type: "deal", id: String(input) } };
  const { id } = await step.sendEvent("signed", event);
  await step.sendEvent(`again after ${id}`, { ...event, type: "contract.archived" });
  await actions.publishEvent({ type: "contract.done" });
  await actions.webhook({ webhook_id: "w1", event: "contract.done", data: {} } as never);
  const { status, body } = await actions.httpRequest({ url: "https://hooks.example.com/x", method: "POST", headers: { authorization: "Bearer x" }, body: { id }, fail_on_status: false } as never);
  await actions.setVariable({ name: "LAST", value: id } as never);
  return { status, body };
});
