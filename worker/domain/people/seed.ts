import { z } from "zod";
import { newId } from "../../../db/ids.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import type { Statement } from "../../../db/batch.ts";
import { findTenant } from "../../../db/tenants.ts";
import { findMember, findUserByEmail, insertUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { hashPassword } from "../../auth/password.ts";
import { mustBeGoodPassword } from "../../auth/password-rules.ts";
import { isBuiltInRole } from "../../auth/roles.ts";
import { audited } from "../audit/record.ts";
import { emailField, localeField, passwordField, personName } from "../auth/fields.ts";
import type { OperatorContext } from "../context.ts";
import { inTenant } from "../tenants/upsert.ts";

export const personBody = z.strictObject({
  email: emailField,
  name: personName,
  role: z.string().refine(isBuiltInRole, "admin, manager, member or viewer"),
  password: passwordField.describe("Of a new account; one that is there keeps its own"),
  locale: localeField.default("en"),
});

export const personView = z.object({ id: z.string(), email: z.string(), role: z.string() });
export interface Seeded {
  person: z.infer<typeof personView>;
  created: boolean;
}

/**
 * Puts a person into a tenant without an invitation: for demo data, and for a tenant that has
 * lost its admins. An account that is there is not touched, nor is a membership.
 * @throws PlatformError `not-found`, `bad-request` for a poor password
 */
export async function seedPerson({ ctx, input }: { ctx: OperatorContext; input: z.infer<typeof personBody> & { id: string } }): Promise<Seeded> {
  const { env, now } = ctx;
  const { id: tenantId, email, name, role, password, locale } = input;
  if (!(await findTenant(env.DB, tenantId))) throw new PlatformError("not-found", `There is no tenant ${tenantId}.`);
  const account = await findUserByEmail(env.DB, email);
  const member = account && (await findMember(env.DB, account.id, tenantId));
  if (member) return { person: { id: member.user.id, email, role: member.tenant.role }, created: false };

  const userId = account?.id ?? newId(now);
  const stamps = { created_at: now, updated_at: now };
  const membership = { user_id: userId, role, team_id: null, status: "active" as const };
  const statements: Statement[] = [];
  if (!account) {
    mustBeGoodPassword(password, [email, name]);
    statements.push(insertUser(env.DB, { id: userId, email, name, locale, password_hash: await hashPassword(password), email_verified_at: now, ...stamps }));
  }
  const audit = inTenant(ctx, tenantId);
  await audit.db.batch([...statements, audit.db.insert(memberships, { ...membership, ...stamps }), audited(audit, { action: "user.create", entityId: userId, after: membership })]);
  return { person: { id: userId, email, role }, created: true };
}
