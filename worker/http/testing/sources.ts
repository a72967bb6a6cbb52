/**
 * Workflows with sources in tests: deployed as `everstep deploy` would, from the real sandbox.
 * @module
 */
import { tenantDb } from "../../../db/tenant-db.ts";
import { compileSources } from "../../compile/index.ts";
import type { TenantContext } from "../../domain/context.ts";
import { objectsOf } from "../../domain/ports.ts";
import { askLimiter, newUsage } from "../../domain/usage/usage.ts";
import { prepareBundle } from "../../sandbox/deploy.ts";
import { type Answered, env, type Tenant } from "./harness.ts";

/** A workflow `hello` whose step returns this expression, a string. */
export const hello = (text: string, more = ""): string => `import { on, workflow } from "everstep";

interface Greeting { text: string }

export const hello = workflow({ id: "hello", title: "Hello", on: [on.api()] }, async ({ step }) => {
  const greeting: Greeting = await step.do("greet", async () => ({ text: ${text} }));${more}
  return greeting.text;
});
`;

export async function deploySources(tenant: Tenant, files: Record<string, string> = { "workflows/hello.ts": hello('"one"') }, main = "workflows/hello.ts"): Promise<Answered> {
  const compiled = compileSources(files, main);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const answer = await tenant.call("POST", "/deployments", compiled.request);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer;
}

export const etagOf = (answer: Answered): string => String(answer.headers.get("etag"));

/** What verbs get that are called without a request: all that a tenant's key may. */
export function contextIn({ id }: Pick<Tenant, "id">, sandbox: TenantContext["sandbox"] = { prepare: prepareBundle }): TenantContext {
  return {
    env,
    requestId: crypto.randomUUID(),
    caller: { ip: null, userAgent: null },
    now: Date.now(),
    objects: objectsOf(env),
    sandbox,
    usage: newUsage({ ask: askLimiter(env), lingerMs: 0 }),
    waitUntil: () => {},
    actor: { kind: "api_key", keyId: "key", name: "test", tenantId: id, createdBy: null, scoped: false, grants: {}, masked: {} },
    tenant: id,
    db: tenantDb(env.DB, id),
    workflow: null,
  };
}
