import { eq, or, sql, type SQL } from "drizzle-orm";
import { memberships } from "../../db/schema/memberships.ts";
import { ownSpecs } from "../../sdk/schema/actions/index.ts";
import { scopeOf } from "../auth/can.ts";
import { ownedKind, planAssign } from "../domain/assignment/assign.ts";
import { membersIn } from "../domain/assignment/candidates.ts";
import { loadOf } from "../domain/assignment/load.ts";
import { announceNotifications, notify as tell } from "../domain/notifications/notify.ts";
import { mustBeAllowed } from "../domain/records/access.ts";
import type { RecordContext } from "../domain/records/context.ts";
import { viewUser } from "../domain/users/view.ts";
import { action } from "./action.ts";
import { shown } from "./records.ts";

export const assign = action(ownSpecs.assign, async (ctx, params) => {
  const { of, before, userId, ...plan } = await planAssign(ctx, params);
  const previous = before[of.owner];
  return { ...(await shown(ctx, of, plan, before)), result: { record: params.record, user_id: userId, previous_user_id: typeof previous === "string" ? previous : null } };
});

export const findUsers = action(ownSpecs.findUsers, async (ctx, { status, limit, load_of, ...circle }) => {
  const of = load_of === undefined ? null : ownedKind(load_of, "/load_of");
  if (of) mustBeAllowed(ctx, of, "read");
  const members = await membersIn(ctx, circle, { status, limit, where: within(ctx) });
  const load = of && (await loadOf(ctx.db, of, members.map(({ id }) => id)));
  const result = members.map((member) => {
    const { id, name, email, role, team_id } = ctx.access ? viewUser(ctx.access, member) : member;
    return { id, name, email, role, team_id, status, load: load ? (load.get(id) ?? 0) : null };
  });
  return { statements: [], result };
});

/** The members that a person may see, when one asks. */
function within({ access }: RecordContext): SQL | undefined {
  if (access === null || scopeOf(access, "users.read") === "all") return undefined;
  if (access.kind !== "user") return sql`false`;
  return or(eq(memberships.user_id, access.userId), scopeOf(access, "users.read") === "team" && access.teamId !== null ? eq(memberships.team_id, access.teamId) : undefined);
}

export const notify = action(ownSpecs.notify, async (ctx, { to, title, body = null, link = null, record = null }) => {
  const people = await membersIn(ctx, to, { where: within(ctx) });
  const told = await tell(ctx, { type: "workflow.message", to: people, key: ctx.key, at: ctx.now, text: () => ({ title, body }), link: link as `/${string}` | null, record });
  const users = [...told.reached];
  return { statements: told.statements, result: { users }, changes: users.map((id) => ({ type: "notification", id, before: null, after: { title, body, link } })), afterwards: [() => announceNotifications(ctx, told)] };
});
