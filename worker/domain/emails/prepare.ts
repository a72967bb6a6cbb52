/**
 * From a mail as it was asked for to the statement that queues it.
 * @module
 */
import { eq } from "drizzle-orm";
import { newId } from "../../../db/ids.ts";
import { insertMail, type MailRow } from "../../../db/mails.ts";
import type { MailAttachment, MailRecipient } from "../../../db/schema/mails.ts";
import { emailTemplates } from "../../../db/schema/email-templates.ts";
import type { Statement, TenantDb } from "../../../db/tenant-db.ts";
import type { ChainLink } from "../../../sdk/schema/execution.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { sha256, toHex } from "../../auth/bytes.ts";
import { htmlToText } from "../../email/html-to-text.ts";
import type { Env } from "../../env.ts";
import { renderTemplate, type Rendered, type TemplateRow } from "../email-templates/render.ts";
import { attachmentPrefix } from "./attachments.ts";
import type { NewEmail } from "./new-email.ts";

export interface MailContext {
  env: Env;
  db: TenantDb;
  tenant: string;
  now: number;
}

export interface Origin {
  /** The caller's Idempotency-Key, and the hash of what it asked for. */
  key: string | null;
  hash: string | null;
  executionId: string | null;
  chain: ChainLink[];
}

export interface Prepared {
  row: MailRow;
  statement: Statement;
  /** Takes back what was stored for a mail that was not queued after all. */
  undo(): Promise<void>;
}

/**
 * Attachments are stored here: a crash before the batch leaves files that nothing names.
 * @throws PlatformError `not-found` for an unknown template, `bad-request` for variables that are missing
 */
export async function prepareEmail(ctx: MailContext, input: NewEmail, { key, hash, executionId, chain }: Origin): Promise<Prepared> {
  const { env, tenant, now } = ctx;
  const template = await templateOf(ctx, input);
  const filled = template && renderTemplate(template, input.variables);
  const id = newId(now);
  const recipients = recipientsOf(input);
  const attachments = await store(env, `${attachmentPrefix(tenant)}${id}/`, input);
  const row: MailRow = {
    id,
    tenant_id: tenant,
    kind: "tenant",
    recipient: recipients[0]?.address ?? "",
    recipients,
    reply_to: input.reply_to,
    list_unsubscribe: input.list_unsubscribe,
    ...contentOf(input, filled),
    attachments: attachments.length === 0 ? null : attachments,
    template_id: template?.id ?? null,
    execution_id: executionId,
    chain: chain.length === 0 ? null : chain,
    idempotency_key: key,
    request_hash: hash,
    status: "queued",
    attempts: 0,
    error: null,
    created_at: now,
    next_attempt_at: now,
    sent_at: null,
  };
  const keys = attachments.map((one) => one.key);
  return { row, statement: insertMail(env.DB, row), undo: async () => void (keys.length > 0 && (await env.BLOBS.delete(keys))) };
}

async function templateOf({ db }: MailContext, { template_id, template }: NewEmail): Promise<TemplateRow | null> {
  if (template_id === undefined && template === undefined) return null;
  const [pointer, named, where] = template_id !== undefined ? ["/template_id", template_id, eq(emailTemplates.id, template_id)] as const : ["/template", template ?? "", eq(emailTemplates.name, template ?? "")] as const;
  const row = await db.first(emailTemplates, where);
  if (!row) throw new PlatformError("bad-request", `${pointer}: there is no template ${JSON.stringify(named)}.`, [{ pointer, detail: "there is no such template" }]);
  return row;
}

/** What was given stands over what the template has. */
function contentOf(input: NewEmail, filled: Rendered | null): Pick<MailRow, "subject" | "text" | "html"> {
  const given = input.text !== undefined || input.html !== undefined;
  const html = given ? (input.html ?? null) : (filled?.html ?? null);
  const text = given ? input.text : filled?.text;
  return { subject: input.subject ?? filled?.subject ?? "", text: text ?? htmlToText(html ?? ""), html };
}

/** Whoever is named twice gets it once, and is shown where they are named first. */
function recipientsOf({ to, cc, bcc }: NewEmail): MailRecipient[] {
  const all = new Map<string, MailRecipient>();
  for (const [kind, list] of [["to", to], ["cc", cc], ["bcc", bcc]] as const) {
    for (const { address, name = null } of list) if (!all.has(address)) all.set(address, { address, name, kind, status: "queued", error: null });
  }
  return [...all.values()];
}

async function store(env: Env, prefix: string, { attachments }: NewEmail): Promise<MailAttachment[]> {
  return Promise.all(
    attachments.map(async ({ filename, content_type, content }, at) => {
      const key = `${prefix}${at}`;
      await env.BLOBS.put(key, content, { httpMetadata: { contentType: content_type } });
      return { filename, content_type, size: content.length, key };
    }),
  );
}

/** The same for the same request, in whatever order its members come. */
export async function hashOf(input: NewEmail): Promise<string> {
  const files = await Promise.all(input.attachments.map(async ({ content, ...rest }) => ({ ...rest, content: toHex(await sha256(content)) })));
  return toHex(await sha256(JSON.stringify(sorted({ ...input, attachments: files }))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)]));
}
