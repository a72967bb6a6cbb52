/**
 * Deciding by the link in a mail, without signing in: as the person it was mailed to, with the
 * rights they have now, once.
 * @module
 */
import { eq } from "drizzle-orm";
import { z } from "zod";
import { peekToken, tokenUse } from "../../../db/one-time-tokens.ts";
import { approvals } from "../../../db/schema/approvals.ts";
import { findTenant, type TenantRow } from "../../../db/tenants.ts";
import { findMember } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { tokenField } from "../auth/fields.ts";
import { inTenant } from "../auth/in-tenant.ts";
import { iso, type PublicContext } from "../context.ts";
import { findRole } from "../roles/find.ts";
import { tenantSuspended } from "../tenants/suspended.ts";
import { decideBody } from "./decide.ts";
import { namesFor } from "./names.ts";
import type { ApprovalRow } from "./row.ts";
import { approvalStatus, type decidedView, statusOf } from "./view.ts";
import { castVote, type VoteContext } from "./vote.ts";

const purpose = "approval";

export const linkBody = z.strictObject({ token: tokenField });
export const linkDecideBody = decideBody.extend({ token: tokenField });

export const linkView = z.object({
  tenant: z.object({ name: z.string() }),
  decides_as: z.string().describe("In whose name the link decides"),
  workflow_name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  form: z.record(z.string(), z.json()).nullable().describe("JSON Schema of `answers`"),
  status: approvalStatus,
  expires_at: z.string().nullable(),
});

interface Opened {
  ctx: VoteContext;
  tenant: TenantRow;
  row: ApprovalRow;
  person: { id: string; name: string };
}

const over = () => new PlatformError("invalid-link", "The link has been used, is over, or was not copied whole. Sign in to see what is still to be decided.");

/** @throws PlatformError `invalid-link` for one that is used or over, or of somebody who is no member any more; `tenant-suspended` */
async function open(base: PublicContext, token: string): Promise<Opened> {
  const found = await peekToken(base.env.DB, { token, purpose, now: base.now });
  if (!found?.user_id || !found.tenant_id) throw over();
  const [member, tenant] = await Promise.all([findMember(base.env.DB, found.user_id, found.tenant_id), findTenant(base.env.DB, found.tenant_id)]);
  if (!member || !tenant || member.tenant.status !== "active") throw over();
  if (tenant.status === "suspended") throw tenantSuspended();
  const { id, name } = member.user;
  const place = inTenant(base, found.tenant_id, id);
  const masked = (await findRole(place, member.tenant.role))?.masked ?? {};
  const nameOf = async (one: string) => (await namesFor({ env: base.env, db: place.db, actor: { kind: "user", userId: id, masked } }, [one]))(one);
  const ctx: VoteContext = { ...place, actor: { kind: "user", userId: id }, env: base.env, objects: base.objects, waitUntil: (work) => base.waitUntil(work), nameOf };
  const row = await place.db.first(approvals, eq(approvals.id, String(found.data["approval"])));
  if (!row) throw over();
  return { ctx, tenant, row, person: { id, name } };
}

/** What the link decides, for the page behind it; uses nothing up. */
export async function lookAtLink({ ctx, input }: { ctx: PublicContext; input: z.infer<typeof linkBody> }): Promise<z.infer<typeof linkView>> {
  const { tenant, row, person } = await open(ctx, input.token);
  return { tenant: { name: tenant.name }, decides_as: person.name, workflow_name: row.workflow_name, title: row.title, description: row.description, form: row.form, status: statusOf(row, ctx.now), expires_at: row.expires_at === null ? null : iso(row.expires_at) };
}

/** @throws PlatformError `invalid-link`, and all that deciding throws: what is refused leaves the link as it is */
export async function decideByLink({ ctx, input }: { ctx: PublicContext; input: z.infer<typeof linkDecideBody> }): Promise<z.infer<typeof decidedView>> {
  const { token, decision, comment, answers } = input;
  const opened = await open(ctx, token);
  const use = await tokenUse(ctx.env.DB, { token, purpose, now: ctx.now });
  const check = async () => {
    if (!(await peekToken(ctx.env.DB, { token, purpose, now: ctx.now }))) throw over();
  };
  const { row, resumed } = await castVote(opened.ctx, opened.row.id, { id: opened.person.id, shownAs: opened.person.id, via: "link" }, { decision, comment: comment ?? null, answers }, { ...use, check });
  return { id: row.id, status: row.status, approved_by: row.decided_by === null ? null : await opened.ctx.nameOf(row.decided_by), decision_at: row.decided_at === null ? null : iso(row.decided_at), workflow_execution_resumed: resumed };
}
