/**
 * Gives a workflow's flow what it needs of the rest of the platform.
 * @module
 */
import { eq } from "drizzle-orm";
import { workflows } from "../../../db/schema/workflows.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import type { FlowPlatform } from "../../../durable-objects/flow/ports.ts";
import type { Env } from "../../env.ts";
import { objectsOf } from "../ports.ts";
import { queuedEntry } from "./queued.ts";

export function flowPlatform(env: Env): FlowPlatform {
  const objects = objectsOf(env);
  return {
    async read(tenant, workflowId) {
      const row = await tenantDb(env.DB, tenant).first(workflows, eq(workflows.id, workflowId));
      return row?.manifest.flow ?? {};
    },
    start: (request) => objects.execution(request.tenant, request.id).start(request),
    async end(request, reason) {
      const { tenant, id } = request;
      const object = objects.execution(tenant, id);
      const reply = await object.cancel(tenant, id, { rollback: false, reason });
      // It has not begun: it becomes one that was cancelled before.
      if (!reply.ok && reply.code === "not-found") await object.start({ ...request, cancelled: reason });
    },
    async status(tenant, id) {
      const reply = await objects.execution(tenant, id).get(tenant, id, 0, "end");
      return reply.ok ? reply.value.status : null;
    },
    register: (request) => objects.hub(request.tenant).put(queuedEntry(request)),
  };
}
