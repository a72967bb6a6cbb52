import { z } from "zod";
import { batchIf } from "../../../db/batch.ts";
import { newId } from "../../../db/ids.ts";
import { peekToken, tokenUse } from "../../../db/one-time-tokens.ts";
import { memberships } from "../../../db/schema/memberships.ts";
import { insertTenant, takenSlugs } from "../../../db/tenants.ts";
import { findUserByEmail, insertUser } from "../../../db/users.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { audited } from "../audit/record.ts";
import type { BaseContext } from "../context.ts";
import { beginSession } from "../sessions/begin.ts";
import type { SessionGrant } from "../sessions/view.ts";
import { tokenField } from "./fields.ts";
import { inTenant } from "./in-tenant.ts";
import { invalidLink } from "./links.ts";
import { pending } from "./register.ts";

export const confirmBody = z.strictObject({ token: tokenField });

const purpose = "register";
/** How often a slug may be taken under our hands. */
const mostRaces = 5;

/**
 * Makes the account, its tenant, and its owner the tenant's admin, all in the transaction that
 * uses the link up.
 * @throws PlatformError `invalid-link`, `conflict` when the address got an account meanwhile
 */
export async function confirmRegistration({ ctx, input }: { ctx: BaseContext; input: z.infer<typeof confirmBody> }): Promise<SessionGrant> {
  const { now } = ctx;
  const { DB } = ctx.env;
  const found = await peekToken(DB, { ...input, purpose, now });
  if (!found) throw invalidLink();
  const { email, name, locale, password_hash, tenant_name, tenant_slug } = pending.parse(found.data);
  if (await findUserByEmail(DB, email)) throw addressTaken();

  const [userId, tenantId] = [newId(now), newId(now)];
  const audit = inTenant(ctx, tenantId, userId);
  const stamps = { created_at: now, updated_at: now };
  const membership = { user_id: userId, role: "admin", team_id: null, status: "active" as const };
  const { condition, statement } = await tokenUse(DB, { ...input, purpose, now });
  await retryingOnTakenSlug(async () => {
    const slug = await freeSlug(DB, tenant_slug ?? slugOf(tenant_name));
    const done = await batchIf(DB, condition, [
      statement,
      insertUser(DB, { id: userId, email, name, locale, password_hash, email_verified_at: now, ...stamps }),
      insertTenant(DB, { id: tenantId, slug, name: tenant_name, settings: { locale }, created_at: now }),
      audit.db.insert(memberships, { ...membership, ...stamps }),
      audited(audit, { action: "tenant.create", entityId: tenantId, after: { slug, name: tenant_name } }),
      audited(audit, { action: "user.create", entityId: userId, after: membership }),
    ]);
    if (!done) throw invalidLink();
  });
  return beginSession(ctx, { userId, tenantId, method: "register" });
}

const addressTaken = () => new PlatformError("conflict", "There is an account with this address by now: sign in.");

/** `Café São João` → `cafe-sao-joao` */
export function slugOf(name: string): string {
  const ascii = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-");
  return ascii.replaceAll(/^-+|-+$/g, "").slice(0, 50).replace(/-+$/, "") || "tenant";
}

async function freeSlug(d1: D1Database, wanted: string): Promise<string> {
  const taken = await takenSlugs(d1, wanted);
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted.slice(0, 55)}-${number}`)) number++;
  return `${wanted.slice(0, 55)}-${number}`;
}

/** Between looking whether address and slug are free and taking them, another may have taken them. */
async function retryingOnTakenSlug(act: () => Promise<void>): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      return await act();
    } catch (error) {
      if (mentions(error, "users.email")) throw addressTaken();
      if (round === mostRaces || !mentions(error, "tenants.slug")) throw error;
    }
  }
}

const mentions = (error: unknown, text: string): boolean => error instanceof Error && (error.message.includes(text) || mentions(error.cause, text));
