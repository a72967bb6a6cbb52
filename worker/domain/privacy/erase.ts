import { eq } from "drizzle-orm";
import { z } from "zod";
import { listMembers, type Member } from "../../../db/members.ts";
import { removeAccountsWithoutTenant, removeFailures } from "../../../db/personal-data.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { updateTenant } from "../../../db/tenants.ts";
import { normaliseEmail } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { failureKeys } from "../../auth/lockout.ts";
import { audited } from "../audit/record.ts";
import type { TenantContext } from "../context.ts";
import { mustNotBeAbove } from "../roles/find.ts";
import { mustBeOwn } from "../tenants/get.ts";
import { ownTenant } from "../tenants/view.ts";
import { keepsAdmin, whyNot } from "../users/admins.ts";
import { type JobView, newJob, viewJob } from "./job.ts";
import { places } from "./places.ts";
import { runJob } from "./run.ts";
import { findSubject, saysWho, type Subject, subjectFields, subjectHash, whoIsMissing } from "./subject.ts";

export const eraseBody = z
  .strictObject({
    ...subjectFields,
    confirm: z.string().max(254).describe("The person's address once more"),
    cancel_running: z.boolean().default(false).describe("Cancel executions that mention the person and have not ended; without it they are left, and named"),
  })
  .refine(saysWho, whoIsMissing);

/**
 * What one transaction can take goes at once, and the rest in slices after the answer.
 * @throws PlatformError `bad-request` without the confirmation, `not-found`, `forbidden`, `last-admin`
 */
export async function erasePerson({ ctx, input }: { ctx: TenantContext; input: z.output<typeof eraseBody> }): Promise<JobView> {
  const subject = await findSubject(ctx, input);
  if (normaliseEmail(input.confirm) !== subject.email) throw notConfirmed("the person's address");
  const member = await memberOf(ctx, subject);
  if (member) await mustNotBeAbove(ctx, member.role);
  const where = { d1: ctx.env.DB, db: ctx.db, now: ctx.now };
  const counts: Record<string, number> = {};
  for (const { name, rows, erase } of places) if (rows && (erase || subject.onlyHere)) counts[name] = (await rows(where, subject)).length;

  const job = await newJob(ctx, { kind: "erase_person", request: { subject, cancelRunning: input.cancel_running }, hash: await subjectHash(ctx, subject.email), counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) });
  const statements = [
    ...places.flatMap(({ erase }) => erase?.(where, subject) ?? []),
    ...(subject.userId === null ? [] : removeAccountsWithoutTenant(ctx.env.DB, [subject.userId])),
    ...(subject.onlyHere && subject.userId !== null ? [removeFailures(ctx.env.DB, await failureKeys([subject.email, `mfa:${subject.userId}`]))] : []),
    job.statement,
    audited(ctx, { action: "privacy.erase_person", entityId: job.row.id }),
  ];
  if (!member) await ctx.db.batch(statements);
  else if (!(await ctx.db.batchIf(keepsAdmin(ctx, member, null), statements))) throw await whyNot(ctx, member);
  ctx.waitUntil(runJob(ctx.env, job.row.id, ctx.now));
  return viewJob(job.row, ctx.now);
}

async function memberOf(ctx: TenantContext, { userId }: Subject): Promise<Member | null> {
  if (userId === null) return null;
  const [member] = await listMembers(ctx.env.DB, ctx.tenant, { where: eq(memberships.user_id, userId), limit: 1 });
  return member ?? null;
}

export const eraseTenantBody = z.strictObject({ confirm: z.string().max(63).describe("The tenant's slug") });

/**
 * From the answer on nothing starts; everything goes in slices after it.
 * @throws PlatformError `not-found` for any tenant but the actor's own, `bad-request` without the confirmation
 */
export async function eraseTenant({ ctx, input }: { ctx: TenantContext; input: z.output<typeof eraseTenantBody> & { id: string } }): Promise<JobView> {
  mustBeOwn(ctx, input.id);
  const { slug, status } = await ownTenant(ctx);
  if (input.confirm !== slug) throw notConfirmed("the tenant's slug");
  const { row, statement } = await newJob(ctx, { kind: "erase_tenant", request: { subject: null, cancelRunning: true }, hash: null });
  await ctx.db.batch([updateTenant(ctx.env.DB, ctx.tenant, { status: "suspended" }), statement, audited(ctx, { action: "tenant.erase", entityId: ctx.tenant, before: { status }, after: { status: "suspended" } })]);
  ctx.waitUntil(runJob(ctx.env, row.id, ctx.now));
  return viewJob(row, ctx.now);
}

function notConfirmed(what: string): PlatformError {
  return new PlatformError("bad-request", `\`confirm\` has to be ${what}, so that nobody is erased by mistake.`, [{ pointer: "/confirm", detail: `not ${what}` }]);
}
