// Tables, a tenant and the measured workflows, through the platform's own interface.
import { join } from "node:path";
import { migrate, readMigrations } from "../../tools/server/migrate.mjs";
import { projectRoot } from "../../tools/server/worker.mjs";
import { keys } from "./runtime.mjs";

export async function prepare(runtime) {
  await migrate(await runtime.miniflare.getD1Database("DB"), readMigrations(join(projectRoot, "migrations")));
  await post(runtime, "operator/tenants", keys.operatorKey, { slug: "bench", name: "Bench", api_key: keys.apiKey, plan: "enterprise", limits: { webhook_deliveries_per_minute: null } });
  const { bundleForDeploy } = await import("../../sdk/dist/cli/bundle/index.js");
  const { request } = await bundleForDeploy(join(projectRoot, "bench/workflows"));
  await post(runtime, "deployments", keys.apiKey, { ...request, message: "Bench" });
}

/** A tenant of its own with the measured workflows; its id and an API key. */
export async function tenantOf(runtime, slug, plan) {
  const { id, api_key: apiKey } = await post(runtime, "operator/tenants", keys.operatorKey, { slug, name: slug, plan });
  const { bundleForDeploy } = await import("../../sdk/dist/cli/bundle/index.js");
  const { request } = await bundleForDeploy(join(projectRoot, "bench/workflows"));
  await post(runtime, "deployments", apiKey, { ...request, message: "Bench" });
  return { id, apiKey };
}

export const post = (runtime, path, bearer, body) => send(runtime, "POST", path, bearer, body);

export async function send(runtime, method, path, bearer, body) {
  const reply = await fetch(`${runtime.url}/api/v1/${path}`, {
    method,
    headers: { ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }), "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text.slice(0, 1000)}`);
  return JSON.parse(text);
}
