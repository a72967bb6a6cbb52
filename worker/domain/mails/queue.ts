/**
 * Mail is written down with the change that causes it and sent afterwards: now, and again by
 * the cron until it is out.
 *
 * @example
 * ```ts
 * await ctx.db.batch([change, audited(ctx, …), queueMail(ctx, { to, subject, text })]);
 * sendMail(ctx); // from deliver.ts: at once, behind the answer's back
 * ```
 * @module
 */
import { newId } from "../../../db/ids.ts";
import { insertMail } from "../../../db/mails.ts";
import type { Statement } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import type { BaseContext } from "../context.ts";

export interface Mail {
  to: string;
  /** One line. */
  subject: string;
  text: string;
  html?: string | null;
  tenantId?: string | null;
}

/** A statement for the batch of the change. Mail of the platform; what a tenant sends is worker/domain/emails. */
export function queueMail({ env, now }: Pick<BaseContext, "env" | "now">, { to, subject, text, html = null, tenantId = null }: Mail): Statement {
  const row = { recipient: to, subject: subject.replaceAll(/[\r\n]+/g, " "), text, html, tenant_id: tenantId };
  return insertMail(env.DB, { id: newId(now), ...row, status: "queued", attempts: 0, error: null, created_at: now, next_attempt_at: now, sent_at: null });
}

/**
 * Where a link in a mail leads. The secret goes into the fragment, which browsers keep to
 * themselves: it is in no server's log and no referrer. The base is the operator's word, never
 * the request's Host header, which whoever asks for somebody's reset link could choose.
 * @throws PlatformError `unavailable` when PUBLIC_URL is not set
 */
export function linkTo({ env }: Pick<BaseContext, "env">, path: `/${string}`, token: string): string {
  if (!env.PUBLIC_URL || !URL.canParse(env.PUBLIC_URL)) throw new PlatformError("unavailable", "No mail with a link can be sent: PUBLIC_URL, the address people reach this installation at, is not set.");
  return `${env.PUBLIC_URL.replace(/\/+$/, "")}${path}#token=${encodeURIComponent(token)}`;
}
