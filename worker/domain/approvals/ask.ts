/**
 * Telling people that they are asked, each with a link that decides in their name.
 * @module
 */
import { issueToken } from "../../../db/one-time-tokens.ts";
import { iso } from "../context.ts";
import { linkTo } from "../mails/queue.ts";
import { type NotifyContext, notify, type Told } from "../notifications/notify.ts";
import { electorateOf, type Delegation } from "./electorate.ts";
import type { Person } from "./people.ts";
import type { ApprovalRow } from "./row.ts";
import { type Reason, requestMail, requestText } from "./texts.ts";

export const decidePage = "/account/approval";
/** A link to a request that has no end. */
const longestLifeMs = 90 * 86_400_000;
/** So many people are told of one request. */
const mostTold = 200;

/** Whoever may decide it now, and in whose place admins do. */
export function toBeAsked(row: Pick<ApprovalRow, "asked" | "need" | "delegable">, people: readonly Person[], delegations: readonly Delegation[]): { persons: Person[]; orphaned: boolean } {
  const { seats, delegates, orphans } = electorateOf(row, people, delegations);
  const ids = new Set([...seats, ...delegates.keys()]);
  return { persons: people.filter(({ id, may }) => may && ids.has(id)), orphaned: orphans.length > 0 };
}

/**
 * A request to nobody by name is mailed to nobody: it is anybody's, and there may be many.
 * @param occasion what makes one telling another than the one before
 */
export async function ask(ctx: NotifyContext, row: ApprovalRow, persons: readonly Person[], reason: Reason, occasion: string): Promise<Told> {
  const saying = { title: row.title, description: row.description, workflow: row.workflow_name, until: row.expires_at === null ? null : iso(row.expires_at) };
  return notify(ctx, {
    type: reason === "reminder" ? "approval.reminder" : "approval.requested",
    to: persons.slice(0, mostTold),
    key: `${row.id}:${occasion}`,
    at: ctx.now,
    text: (locale) => requestText(locale, saying, reason),
    link: `/approvals/${row.id}`,
    record: { type: "approval", id: row.id },
    mail: row.asked.length === 0 ? null : async ({ id, locale }) => {
      if (!ctx.env.PUBLIC_URL || !URL.canParse(ctx.env.PUBLIC_URL)) return requestMail(locale, saying, reason, null);
      const lifeMs = row.expires_at === null ? longestLifeMs : Math.max(1, row.expires_at - ctx.now);
      const { token, statement } = await issueToken(ctx.env.DB, { purpose: "approval", userId: id, tenantId: ctx.db.tenant, data: { approval: row.id }, now: ctx.now, lifeMs });
      return { ...requestMail(locale, saying, reason, linkTo(ctx, decidePage, token)), statements: [statement] };
    },
  });
}
