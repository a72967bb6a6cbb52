/**
 * The Worker: wires classes and routes, nothing else.
 * @module
 */
import { executionClass } from "../durable-objects/execution/index.ts";
import { createApp } from "./http/app.ts";
import type { Env } from "./env.ts";
import { type EgressOf, platformOf } from "./platform.ts";
import { prepareBundle } from "./sandbox/deploy.ts";

export { TenantHub } from "../durable-objects/tenant-hub/index.ts";
export { Egress } from "./egress/entrypoint.ts";

export const Execution = executionClass<Env>((env, ctx) => platformOf(env, (ctx.exports as unknown as { Egress: EgressOf }).Egress));

const app = createApp({ sandbox: { prepare: prepareBundle } });

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
