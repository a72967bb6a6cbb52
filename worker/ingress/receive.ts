/**
 * `POST /hooks/{tenant}/{path}`: a signed call from outside starts workflows.
 *
 * Invariants
 * 1. Nothing of the body is trusted, or even parsed, before its signature fits.
 * 2. The answer is 202 only when every execution is durable; a sender that gets anything
 *    else may send again, and nothing starts twice.
 * 3. A workflow that asks for a signature is started only by calls checked by that scheme.
 * @module
 */
import type { WorkflowRow } from "../../db/credentials.ts";
import { findHookTarget, type HookTarget } from "../../db/hook-lookup.ts";
import type { WebhookScheme } from "../../sdk/schema/manifest.ts";
import { PlatformError, problemCodes } from "../../sdk/schema/problem.ts";
import type { BaseContext } from "../domain/context.ts";
import { encodeJson } from "../domain/encode.ts";
import { startExecution, type Started } from "../domain/executions/start.ts";
import { tenantSuspended } from "../domain/tenants/suspended.ts";
import { readBytes } from "../http/body.ts";
import { deliveryId, eventName } from "./delivery.ts";
import { admitDelivery, hideFigures } from "./limits.ts";
import { keptHeaders, parsePayload } from "./payload.ts";
import { type CallRecord, record } from "./record.ts";
import { Refused, unknownHook } from "./refused.ts";
import { verify } from "./verify.ts";

/** GitHub sends nothing larger. */
const maxBytes = 25 * 1024 * 1024;

/** @throws PlatformError for every call that is turned away */
export async function receive(ctx: BaseContext, request: Request, address: { tenant: string; path: string }): Promise<Response> {
  const target = await findHookTarget(ctx.env.DB, address.tenant, address.path);
  if (!target) {
    console.warn(JSON.stringify({ level: "warn", event: "hook.refused", reason: "no such tenant", tenant: address.tenant, path: address.path }));
    throw unknownHook("no such tenant");
  }
  const call: CallRecord = {
    tenant: target.tenant_id,
    path: address.path,
    deliveryId: null,
    event: null,
    status: 202,
    reason: null,
    executionIds: [],
    bytes: 0,
    payload: null,
    receivedAt: ctx.now,
  };
  let recorded = true;
  try {
    const started = await accept(ctx, request, target, call);
    return Response.json(answer(call, started), { status: 202 });
  } catch (error) {
    call.status = error instanceof PlatformError ? problemCodes[error.code][0] : problemCodes.internal[0];
    recorded = !(error instanceof Refused) || error.recorded;
    call.reason = error instanceof Refused ? error.reason : error instanceof PlatformError ? error.message : "internal error";
    throw error;
  } finally {
    if (recorded) ctx.waitUntil(record(ctx.env, call));
  }
}

/** Fills in `call` as things become known, so that refused calls are logged with them. */
async function accept(ctx: BaseContext, request: Request, target: HookTarget, call: CallRecord): Promise<Started[]> {
  refuseUnheard(target, call.path);
  const { headers } = request;
  const body = await readBytes(request, maxBytes);
  call.bytes = body.length;
  const scheme = await verify({ target, body, headers, keys: ctx.env, now: ctx.now });
  const id = await deliveryId(scheme, headers, body);
  call.deliveryId = id;
  if (target.tenant_status === "suspended") throw tenantSuspended();
  await admitDelivery(ctx, target.tenant_id);
  if (target.listeners.length === 0) throw unknownHook("no active workflow has this path in a webhook trigger");
  const payload = parsePayload(body, headers.get("content-type"));
  call.event = eventName(scheme, headers, payload);

  const wanted = target.listeners.filter((workflow) => listens(workflow, call.path, scheme, call.event));
  const started = await Promise.all(
    wanted.map((workflow) =>
      startExecution({
        ctx,
        tenant: target.tenant_id,
        workflow,
        input: encodeJson(payload),
        trigger: { kind: "webhook", source: call.path, delivery_id: id, headers: keptHeaders(headers) },
        key: `webhook:${call.path}:${id}`,
      }),
    ),
  ).catch(hideFigures);
  call.executionIds = started.map((one) => one.id);
  if (started.length === 0) call.reason = `no active workflow takes ${call.event === null ? "it" : `the event \`${call.event}\``} here`;
  else if (started.every((one) => !one.created)) call.reason = "delivered before";
  if (call.reason === null) call.payload = { body, contentType: headers.get("content-type") };
  return started;
}

/** Without settings a hook can only be open; signed workflows then have no secret to check by. */
function refuseUnheard({ hook, listeners }: HookTarget, path: string): void {
  if (hook || listeners.some((workflow) => listens(workflow, path, "none", undefined))) return;
  throw unknownHook(listeners.length > 0 ? `no secret is set: PUT /api/v1/hooks/${path}` : "no active workflow has this path in a webhook trigger");
}

/** @param event undefined leaves the trigger's list of events aside */
function listens(workflow: WorkflowRow, path: string, scheme: WebhookScheme, event: string | null | undefined): boolean {
  return workflow.manifest.on.some(
    (trigger) =>
      trigger.kind === "webhook" &&
      trigger.path === path &&
      (trigger.scheme === "none" || trigger.scheme === scheme) &&
      (event === undefined || !trigger.events || (event !== null && trigger.events.includes(event))),
  );
}

function answer(call: CallRecord, started: readonly Started[]) {
  return {
    execution_id: started[0]?.id ?? null,
    delivery_id: call.deliveryId,
    executions: started.map(({ id, workflowId, status, created }) => ({ execution_id: id, workflow_id: workflowId, status, created })),
  };
}
