/**
 * The isolate's side of the network door (docs/egress.md): says where a request comes from,
 * and turns refusals into errors.
 * @module
 */
import type { Send } from "../../../sdk/runtime/globals.ts";
import { withNamedErrors } from "./egress-body.ts";

/** Taken before the runtime replaces it. */
const original = fetch;

export const sendThroughEgress: Send = async (request, { executionId, workflowId, step, traceparent }) => {
  // Every hop is decided by the door, so that its limits hold for the whole chain.
  const outgoing = new Request(request, { redirect: "manual" });
  outgoing.headers.set("everstep-redirect", request.redirect);
  outgoing.headers.set("everstep-execution", executionId);
  outgoing.headers.set("everstep-workflow", workflowId);
  outgoing.headers.set("everstep-step", encodeURIComponent(step));
  if (traceparent === undefined) outgoing.headers.delete("everstep-traceparent");
  else outgoing.headers.set("everstep-traceparent", traceparent);
  const response = await original(outgoing);
  const refused = response.headers.get("everstep-egress-refused");
  if (refused !== null) {
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    throw Object.assign(new Error(problem.detail ?? `the request was refused: ${refused}`), { name: "EgressError", code: refused });
  }
  const url = response.headers.get("everstep-final-url");
  if (url !== null) Object.defineProperty(response, "url", { value: url });
  return withNamedErrors(response);
};
