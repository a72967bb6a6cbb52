/**
 * `POST /hooks/{tenant}/{path}`: a signed call from outside starts workflows.
 *
 * Invariants
 * 1. Nothing of the body is trusted, or even parsed, before its signature fits.
 * 2. The answer is 202 only when every execution is durable; a sender that gets anything
 *    else may send again, and nothing starts twice.
 * 3. A workflow that asks for a signature is started only by calls checked by that scheme.
 * 4. The body of a call that was found genuine is kept, refused or not: it can be given to
 *    workflows once more. Of others nothing is kept but that they came.
 * @module
 */
import { findHookTarget, type HookTarget } from "../../db/hook-lookup.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { PlatformError, problemCodes } from "../../sdk/schema/problem.ts";
import type { BaseContext } from "../domain/context.ts";
import type { Started } from "../domain/executions/start.ts";
import { eventLabel, eventNames } from "../domain/hooks/event-names.ts";
import { isOpen, nobodyTakes, startAll } from "../domain/hooks/start.ts";
import { tenantSuspended } from "../domain/tenants/suspended.ts";
import { readBytes } from "../http/body.ts";
import { deliveryId } from "./delivery.ts";
import { admitDelivery, hideFigures } from "./limits.ts";
import { keptHeaders, readPayload } from "./payload.ts";
import { type CallRecord, record } from "./record.ts";
import { Refused, unknownHook } from "./refused.ts";
import { verify } from "./verify.ts";

/** GitHub sends nothing larger. */
const maxBytes = 25 * 1024 * 1024;

export interface HookAddress {
  tenant: string;
  path: string;
}

/** @throws PlatformError for every call that is turned away */
export async function receive(ctx: BaseContext, request: Request, address: HookAddress): Promise<Response> {
  return recorded(ctx, address, async (target, call) => {
    const started = await accept(ctx, request, target, call);
    return Response.json(answer(call, started), { status: 202 });
  });
}

/**
 * Finds whom a call is for and logs what came of it.
 * @throws Refused `unknown-hook`, and what `act` throws
 */
export async function recorded(ctx: BaseContext, address: HookAddress, act: (target: HookTarget, call: CallRecord) => Promise<Response>): Promise<Response> {
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
    verified: null,
    receivedAt: ctx.now,
  };
  let logged = true;
  try {
    return await act(target, call);
  } catch (error) {
    call.status = error instanceof PlatformError ? problemCodes[error.code][0] : problemCodes.internal[0];
    logged = !(error instanceof Refused) || error.recorded;
    call.reason = error instanceof Refused ? error.reason : error instanceof PlatformError ? error.message : "internal error";
    throw error;
  } finally {
    if (logged) ctx.waitUntil(record(ctx.env, call));
  }
}

/** Fills in `call` as things become known, so that refused calls are logged with them. */
async function accept(ctx: BaseContext, request: Request, target: HookTarget, call: CallRecord): Promise<Started[]> {
  refuseUnheard(target, call.path);
  const { headers } = request;
  const body = await readBytes(request, maxBytes);
  call.bytes = body.length;
  const verified = await verify({ hook: target.hook, body, headers, keys: ctx.env, now: ctx.now });
  call.verified = verified;
  await admitDelivery(ctx, target.tenant_id);
  const { config, scheme } = verified;
  const db = tenantDb(ctx.env.DB, target.tenant_id);
  const id = await deliveryId({ db, path: call.path, config, headers, body, now: ctx.now });
  call.deliveryId = id;
  call.payload = { body, contentType: headers.get("content-type"), headers: keptHeaders(headers, config) };
  if (target.tenant_status === "suspended") throw tenantSuspended();
  if (target.listeners.length === 0) throw unknownHook("no active workflow has this path in a webhook trigger");
  const payload = readPayload(body, headers.get("content-type"));
  const events = eventNames(config, headers, payload);
  call.event = eventLabel(events);

  const delivery = { tenant: target.tenant_id, path: call.path, scheme, events, id, payload, headers: call.payload.headers, listeners: target.listeners };
  const started = await startAll(ctx, delivery).catch(hideFigures);
  call.executionIds = started.map((one) => one.id);
  if (started.length === 0) call.reason = nobodyTakes(events);
  else if (started.every((one) => !one.created)) {
    call.reason = "delivered before";
    call.payload = null;
  }
  return started;
}

/** Without settings a hook can only be open; signed workflows then have no secret to check by. */
function refuseUnheard({ hook, listeners }: HookTarget, path: string): void {
  if (hook || listeners.some((workflow) => isOpen(workflow, path))) return;
  throw unknownHook(listeners.length > 0 ? `no secret is set: PUT /api/v1/hooks/${path}` : "no active workflow has this path in a webhook trigger");
}

function answer(call: CallRecord, started: readonly Started[]) {
  return {
    execution_id: started[0]?.id ?? null,
    delivery_id: call.deliveryId,
    executions: started.map(({ id, workflowId, status, created }) => ({ execution_id: id, workflow_id: workflowId, status, created })),
  };
}
