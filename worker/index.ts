/**
 * The Worker: wires classes and routes, nothing else.
 * @module
 */
import { ping } from "../db/tenants.ts";
import { delivererClass } from "../durable-objects/deliverer/index.ts";
import { dispatcherClass } from "../durable-objects/dispatcher/index.ts";
import { executionClass } from "../durable-objects/execution/index.ts";
import { flowClass } from "../durable-objects/flow/index.ts";
import { importerClass } from "../durable-objects/importer/index.ts";
import { limiterClass } from "../durable-objects/limiter/index.ts";
import { realtimeClass } from "../durable-objects/realtime/index.ts";
import { schedulerClass } from "../durable-objects/scheduler/index.ts";
import { tenantHubClass } from "../durable-objects/tenant-hub/index.ts";
import { keepUpApprovals } from "./domain/approvals/upkeep.ts";
import { keepUpSignIn } from "./domain/auth/upkeep.ts";
import { runDueReplays } from "./domain/dead-letters/run.ts";
import { runDueRecordJobs } from "./domain/record-jobs/run.ts";
import { runDueMoves } from "./domain/gate/carry-on.ts";
import { runDueEnds } from "./domain/workflows/end-executions.ts";
import { resealUnderCurrentKey } from "./domain/keys/reseal.ts";
import { flowPlatform } from "./domain/flow/platform.ts";
import { importerPlatform, sweepImports } from "./domain/imports/platform.ts";
import { objectsOf } from "./domain/ports.ts";
import { keepUpPrivacy } from "./domain/retention/upkeep.ts";
import { schedulerPlatform } from "./domain/schedules/platform.ts";
import { sweepMerges } from "./domain/records/merge-finish.ts";
import { sweepSchedules } from "./domain/schedules/sweep.ts";
import { tellDueTasks } from "./domain/tasks/due.ts";
import { sweepTickets } from "./domain/tickets/sweep.ts";
import { limiterPlatform } from "./domain/usage/platform.ts";
import { delivererPlatform, sweepWebhooks } from "./domain/webhooks/platform.ts";
import { createApp } from "./http/app.ts";
import type { Env } from "./env.ts";
import { dispatcherPlatform } from "./events/outbox.ts";
import { sweepEvents } from "./events/sweep.ts";
import { tellEnds } from "./events/tell-ends.ts";
import { type EgressOf, platformOf } from "./platform.ts";
import { realtimePlatform } from "./realtime/platform.ts";
import { newsOf } from "./realtime/publish.ts";
import { prepareBundle } from "./sandbox/deploy.ts";
import { sweep } from "./sweep.ts";

export { Egress } from "./egress/entrypoint.ts";

export const Execution = executionClass<Env>((env, ctx) => platformOf(env, (ctx.exports as unknown as { Egress: EgressOf }).Egress, (work) => ctx.waitUntil(work)));

export const TenantHub = tenantHubClass<Env>((env) => async (request) => {
  const started = await objectsOf(env).execution(request.tenant, request.id).start(request);
  if (!started.ok) throw new Error(started.detail);
}, tellEnds, newsOf);

export const Limiter = limiterClass<Env>(limiterPlatform);

export const Dispatcher = dispatcherClass<Env>(dispatcherPlatform);
export const Scheduler = schedulerClass<Env>(schedulerPlatform);
export const Flow = flowClass<Env>(flowPlatform);
export const Deliverer = delivererClass<Env>(delivererPlatform);
export const Importer = importerClass<Env>(importerPlatform);
export const Realtime = realtimeClass<Env>(realtimePlatform);

const app = createApp({ sandbox: { prepare: prepareBundle } });

export default {
  fetch: app.fetch,
  /** Repairs are the objects' own alarms; the cron shows that the database answers, and looks after what no alarm does. */
  async scheduled(_controller, env, ctx) {
    await ping(env.DB);
    await sweep([
      ["events", () => sweepEvents(env, Date.now())],
      ["schedules", () => sweepSchedules(env, Date.now())],
      ["imports", () => sweepImports(env, Date.now())],
      ["webhooks", () => sweepWebhooks(env, Date.now())],
      ["replays", () => runDueReplays(env, Date.now())],
      ["tickets", () => sweepTickets(env, Date.now(), (work) => ctx.waitUntil(work))],
      ["approvals", () => keepUpApprovals(env, Date.now(), (work) => ctx.waitUntil(work))],
      ["tasks", () => tellDueTasks(env, Date.now(), (work) => ctx.waitUntil(work))],
      ["sign-in", () => keepUpSignIn(env, Date.now())],
      ["keys", () => resealUnderCurrentKey(env)],
      ["record-jobs", () => runDueRecordJobs(env, Date.now())],
      ["moves", () => runDueMoves(env, Date.now())],
      ["ends", () => runDueEnds(env, Date.now())],
      ["merges", () => sweepMerges(env, Date.now())],
      ["privacy", () => keepUpPrivacy(env, Date.now())],
    ]);
  },
} satisfies ExportedHandler<Env>;
