import type { z } from "zod";
import { listOpenSessions } from "../../../db/sessions.ts";
import { onlyTenantOf } from "../auth/reach.ts";
import type { UserContext } from "../context.ts";
import { type Page, type pageQuery, readCursor, toPage } from "../page.ts";
import { type SessionView, viewSession } from "./view.ts";

/** The person's own, in all the tenants that this sign-in counts in, the latest sign-in first. */
export async function listSessions({ ctx, input }: { ctx: UserContext; input: z.infer<typeof pageQuery> }): Promise<Page<SessionView>> {
  const { userId, sessionId } = ctx.actor;
  const rows = await listOpenSessions(ctx.env.DB, userId, { now: ctx.now, tenantId: onlyTenantOf(ctx.actor), before: readCursor(input.cursor), limit: input.limit + 1 });
  return toPage(rows, input.limit, ({ session }) => session.id, (row) => viewSession(row, sessionId));
}
