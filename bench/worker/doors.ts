/**
 * What it costs to ask who is calling and whether they may: the platform's routes, and the
 * same verbs behind the same kind of route that asks nobody. Requests are made in the
 * process, so that no socket blurs the difference.
 * @module
 */
import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { apiKeys } from "../../db/schema/api-keys.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { findTenantBySlug } from "../../db/tenants.ts";
import type { KeyActor } from "../../worker/auth/actor.ts";
import { can } from "../../worker/auth/can.ts";
import { builtInRoles } from "../../worker/auth/roles.ts";
import type { TenantContext } from "../../worker/domain/context.ts";
import { objectsOf } from "../../worker/domain/ports.ts";
import { usageOf } from "../../worker/domain/usage/usage.ts";
import { listVariables, variablesQuery } from "../../worker/domain/variables/list.ts";
import { updateVariable, variableChange } from "../../worker/domain/variables/update.ts";
import platform from "../../worker/index.ts";
import { prepareBundle } from "../../worker/sandbox/deploy.ts";
import type { BenchEnv } from "./env.ts";

export type Door = "guarded" | "open";
export interface Knocking {
  door: Door;
  /** Of the guarded door: an API key or an access token. */
  bearer: string;
  verb: "read" | "write";
  variable: string;
  clients: number;
  ms: number;
}

/** Somebody who may all of it: what the open door knows without asking. */
async function contextOf(env: BenchEnv, ctx: ExecutionContext, slug: string): Promise<TenantContext> {
  const tenant = (await findTenantBySlug(env.DB, slug))?.id;
  if (tenant === undefined) throw new Error(`there is no tenant ${slug}`);
  const db = tenantDb(env.DB, tenant);
  const key = await db.first(apiKeys, eq(apiKeys.tenant_id, tenant));
  const actor: KeyActor = { kind: "api_key", tenantId: tenant, keyId: key?.id ?? "", name: "bench", createdBy: null, scoped: false, ...builtInRoles.admin };
  return {
    env, db, tenant, actor,
    requestId: crypto.randomUUID(),
    caller: { ip: null, userAgent: null },
    now: Date.now(),
    objects: objectsOf(env),
    sandbox: { prepare: prepareBundle },
    usage: usageOf(env),
    waitUntil: (work) => ctx.waitUntil(work),
    workflow: null,
  };
}

function openDoor(context: TenantContext): Hono {
  return new Hono()
    .get("/api/v1/variables", async (c) => c.json(await listVariables({ ctx: { ...context, now: Date.now() }, input: variablesQuery.parse(c.req.query()) })))
    .patch("/api/v1/variables/:id", async (c) => c.json(await updateVariable({ ctx: { ...context, now: Date.now() }, input: { id: c.req.param("id"), ...variableChange.parse(await c.req.json()) } })));
}

/** Each client asks again when it has its answer; ms of each answer. */
export async function knock(env: BenchEnv, ctx: ExecutionContext, slug: string, { door, bearer, verb, variable, clients, ms }: Knocking): Promise<{ samples: number[]; ms: number }> {
  const open = openDoor(await contextOf(env, ctx, slug));
  const headers = { ...(door === "guarded" ? { authorization: `Bearer ${bearer}` } : {}), "content-type": "application/json" };
  let asked = 0;
  const ask = (): Promise<Response> => {
    const request: Request<unknown, IncomingRequestCfProperties> =
      verb === "read"
        ? new Request("http://bench/api/v1/variables?limit=10", { headers })
        : new Request(`http://bench/api/v1/variables/${variable}`, { method: "PATCH", headers, body: JSON.stringify({ value: `value ${asked++}` }) });
    return Promise.resolve(door === "open" ? open.fetch(request) : platform.fetch(request, env, ctx));
  };
  const samples: number[] = [];
  const began = performance.now();
  const client = async (): Promise<void> => {
    while (performance.now() - began < ms) {
      const since = performance.now();
      const response = await ask();
      const body = await response.text();
      if (!response.ok) throw new Error(`the ${door} door answered ${response.status}: ${body.slice(0, 300)}`);
      samples.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return { samples, ms: performance.now() - began };
}

/** ms for so many questions; the clock stands still while code computes, so it is read after a pause. */
export async function askCan(times: number): Promise<{ samples: number[]; ms: number }> {
  const actor: KeyActor = { kind: "api_key", tenantId: "t", keyId: "k", name: "bench", createdBy: null, scoped: false, ...builtInRoles.member };
  const record = { owner_id: "someone", team_id: null };
  await scheduler.wait(1);
  const began = performance.now();
  let yes = 0;
  for (let index = 0; index < times; index++) if (can(actor, index % 2 === 0 ? "users.read" : "users.write", record)) yes++;
  await scheduler.wait(0);
  const ms = performance.now() - began;
  if (yes === 0 || yes === times) throw new Error("the question was not asked");
  return { samples: [ms], ms };
}
