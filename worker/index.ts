/**
 * The Worker: wires classes and routes, nothing else.
 * @module
 */
import { ping } from "../db/tenants.ts";
import { executionClass } from "../durable-objects/execution/index.ts";
import { limiterClass } from "../durable-objects/limiter/index.ts";
import { tenantHubClass } from "../durable-objects/tenant-hub/index.ts";
import { keepUpSignIn } from "./domain/auth/upkeep.ts";
import { resealUnderCurrentKey } from "./domain/keys/reseal.ts";
import { objectsOf } from "./domain/ports.ts";
import { keepUpPrivacy } from "./domain/retention/upkeep.ts";
import { limiterPlatform } from "./domain/usage/platform.ts";
import { createApp } from "./http/app.ts";
import type { Env } from "./env.ts";
import { type EgressOf, platformOf } from "./platform.ts";
import { prepareBundle } from "./sandbox/deploy.ts";

export { Egress } from "./egress/entrypoint.ts";

export const Execution = executionClass<Env>((env, ctx) => platformOf(env, (ctx.exports as unknown as { Egress: EgressOf }).Egress));

export const TenantHub = tenantHubClass<Env>((env) => async (request) => {
  const started = await objectsOf(env).execution(request.tenant, request.id).start(request);
  if (!started.ok) throw new Error(started.detail);
});

export const Limiter = limiterClass<Env>(limiterPlatform);

const app = createApp({ sandbox: { prepare: prepareBundle } });

export default {
  fetch: app.fetch,
  /** Repairs are the hubs' own alarms; the cron shows that the database answers, and looks after what has no object. */
  async scheduled(_controller, env) {
    await ping(env.DB);
    await keepUpSignIn(env, Date.now());
    await resealUnderCurrentKey(env);
    await keepUpPrivacy(env, Date.now());
  },
} satisfies ExportedHandler<Env>;
