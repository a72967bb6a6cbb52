/**
 * The mailed link: it works once, for seven days, and only its SHA-256 is stored.
 * @module
 */
import { and, desc, eq, gt, isNull, type SQL } from "drizzle-orm";
import { invitations } from "../../../db/schema/sessions.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { findTenant } from "../../../db/tenants.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { randomBytes, sha256, toBase64Url, toHex } from "../../auth/bytes.ts";
import type { TenantContext } from "../context.ts";
import { linkTo, queueMail } from "../mails/queue.ts";
import { textsIn } from "../mails/texts.ts";
import { settingsOf } from "../tenants/settings.ts";

const lifeMs = 7 * 86_400_000;
/** Between two mails to the same address: an invitation is no way to flood a mailbox. */
const pauseMs = 60_000;
const page = "/account/invitation";

export const hashOf = async (token: string): Promise<string> => toHex(await sha256(token));

export interface Link {
  token_hash: string;
  expires_at: number;
  /** For the batch of the change. */
  mail: Statement;
}

/**
 * A new link for an address.
 * @throws PlatformError `rate-limited`, `unavailable` when PUBLIC_URL is not set
 */
export async function newLink(ctx: TenantContext, to: string): Promise<Link> {
  const [latest] = await ctx.db.select(invitations, { where: eq(invitations.email, to), orderBy: desc(invitations.expires_at), limit: 1 });
  const waitMs = latest === undefined ? 0 : latest.expires_at - lifeMs + pauseMs - ctx.now;
  if (waitMs > 0) throw new PlatformError("rate-limited", `${to} was mailed an invitation less than a minute ago. Try again in a moment.`, undefined, Math.ceil(waitMs / 1000));
  const token = toBase64Url(randomBytes(32));
  const tenant = await findTenant(ctx.env.DB, ctx.tenant);
  if (!tenant) throw new Error(`there is no tenant ${ctx.tenant}`);
  const text = textsIn(settingsOf(tenant).locale).invited({ tenant: tenant.name, link: linkTo(ctx, page, token) });
  return { token_hash: await hashOf(token), expires_at: ctx.now + lifeMs, mail: queueMail(ctx, { to, tenantId: ctx.tenant, ...text }) };
}

/** Open ones, such as one that may be accepted. */
export function isOpen(now: number, which: SQL): SQL | undefined {
  return and(which, isNull(invitations.accepted_at), isNull(invitations.revoked_at), gt(invitations.expires_at, now));
}

/** With this token's hash and nothing else: for the holder of the link. */
export const byToken = (hash: string): SQL => eq(invitations.token_hash, hash);

export const linkIsOver = () => new PlatformError("invalid-link", "The invitation was accepted, revoked or replaced, or is older than seven days. Ask whoever invited you for another.");
