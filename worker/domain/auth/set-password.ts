import type { Statement } from "../../../db/batch.ts";
import { endTokens } from "../../../db/one-time-tokens.ts";
import { tenantsOfUser, updateUser, type UserRow } from "../../../db/users.ts";
import { hashPassword } from "../../auth/password.ts";
import { audited } from "../audit/record.ts";
import { type BaseContext, iso } from "../context.ts";
import { queueMail } from "../mails/queue.ts";
import { textsIn } from "../mails/texts.ts";
import { endingSessions } from "../sessions/revoke.ts";
import { inTenant } from "./in-tenant.ts";

interface Setting {
  password: string;
  /** `change`: they knew the old one; `reset`: they have the mailbox. */
  by: "change" | "reset";
  /** A session that goes on. */
  except?: string;
}

/**
 * All that belongs to a new password, for one batch: sessions and reset links end, every
 * tenant of the person hears of it, and so does the person.
 */
export async function settingPassword(ctx: BaseContext, user: UserRow, { password, by, except }: Setting): Promise<Statement[]> {
  const { env, now } = ctx;
  const [password_hash, memberOf, endings] = await Promise.all([hashPassword(password), tenantsOfUser(env.DB, user.id), endingSessions(ctx, user.id, { reason: by === "change" ? "password_changed" : "password_reset", except, tenantId: undefined })]);
  // Who has read a mail sent to the address has confirmed it.
  const verified = by === "reset" && user.email_verified_at === null ? { email_verified_at: now } : {};
  return [
    updateUser(env.DB, user.id, { password_hash, updated_at: now, ...verified }),
    endTokens(env.DB, { userId: user.id, purpose: "reset", now }),
    // A sign-in that has only shown the old password does not get to its second factor.
    endTokens(env.DB, { userId: user.id, purpose: "mfa", now }),
    ...endings,
    ...memberOf.map(({ tenant_id }) => audited(inTenant(ctx, tenant_id, user.id), { action: `user.${by}_password`, entityId: user.id })),
    queueMail(ctx, { to: user.email, ...textsIn(user.locale).changed({ name: user.name, at: iso(now) }) }),
  ];
}
