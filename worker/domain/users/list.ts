import { and, eq, gt, or, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { listMembers } from "../../../db/members.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { users } from "../../../db/schema/users.ts";
import type { TenantActor } from "../../auth/actor.ts";
import { scopeOf } from "../../auth/can.ts";
import { isMasked } from "../../auth/mask-fields.ts";
import type { TenantContext } from "../context.ts";
import { type Page, pageQuery, readCursor, toPage } from "../page.ts";
import { memberStatus, type UserView, viewUser } from "./view.ts";

export const listUsersQuery = pageQuery.extend({
  search: z.string().trim().min(1).max(200).optional().describe("Part of the name or of the address"),
  role: z.string().max(64).optional(),
  team_id: z.string().max(64).optional(),
  status: memberStatus.optional(),
});

/** Members of the tenant, or of the actor's team, by account. */
export async function listUsers({ ctx, input }: { ctx: TenantContext; input: z.infer<typeof listUsersQuery> }): Promise<Page<UserView>> {
  const after = readCursor(input.cursor);
  const rows = await listMembers(ctx.env.DB, ctx.tenant, {
    where: and(
      within(ctx.actor),
      input.search === undefined ? undefined : matching(ctx.actor, input.search),
      input.role === undefined ? undefined : eq(memberships.role, input.role),
      input.team_id === undefined ? undefined : eq(memberships.team_id, input.team_id),
      input.status === undefined ? undefined : eq(memberships.status, input.status),
      after === null ? undefined : gt(memberships.user_id, after),
    ),
    limit: input.limit + 1,
  });
  return toPage(rows, input.limit, (row) => row.id, (row) => viewUser(ctx.actor, row));
}

/** The members that the actor's permission is about. */
function within(actor: TenantActor): SQL | undefined {
  if (scopeOf(actor, "users.read") === "all") return undefined;
  if (actor.kind !== "user") return sql`false`;
  const team = scopeOf(actor, "users.read") === "team" && actor.teamId !== null ? eq(memberships.team_id, actor.teamId) : undefined;
  return or(eq(memberships.user_id, actor.userId), team);
}

/** What the actor sees masked is not looked into: hits would tell what it is. */
function matching(actor: TenantActor, search: string): SQL {
  const columns = (["email", "name"] as const).filter((field) => !isMasked(actor, "users", field)).map((field) => users[field]);
  const hits = columns.flatMap((column) => spellings(search).map((text) => sql`instr(lower(${column}), lower(${text})) > 0`));
  return or(...hits) ?? sql`false`;
}

/** SQLite knows upper and lower case of ASCII letters alone. */
function spellings(text: string): string[] {
  const lower = text.normalize("NFC").toLocaleLowerCase("en");
  const title = lower.replaceAll(/(?<!\p{L})\p{L}/gu, (letter) => letter.toLocaleUpperCase("en"));
  return [...new Set([text, lower, title, text.toLocaleUpperCase("en")])];
}
