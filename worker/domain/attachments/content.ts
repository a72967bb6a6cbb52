import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { attachments } from "../../../db/schema/attachments.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { PlatformError } from "../../../sdk/schema/problem.ts";
import { iso, type PublicContext } from "../context.ts";
import { placeOf } from "../notifications/notify.ts";
import type { RecordContext } from "../records/context.ts";
import { linkLifeMs, readLink, signLink } from "./links.ts";
import { octets, shownInPlace } from "./media-type.ts";
import { findAttachment, keyOf } from "./view.ts";

export const linkView = z.object({ path: z.string(), url: z.string().nullable().describe("The same with the address of this installation, where it has one"), expires_at: z.string() });

/** A link that opens the file for five minutes, without signing in. @throws PlatformError `not-found`, `forbidden` */
export async function linkAttachment({ ctx, id }: { ctx: RecordContext; id: string }): Promise<z.infer<typeof linkView>> {
  await findAttachment(ctx, id);
  const expiresAt = ctx.now + linkLifeMs;
  const path = `/api/v1/attachments/${id}/content?token=${await signLink(ctx.env.MASTER_KEY, ctx.tenant, id, expiresAt)}` as const;
  return { path, url: placeOf(ctx.env, path), expires_at: iso(expiresAt) };
}

/** @throws PlatformError `not-found` for a token that is none, `invalid-link` for one whose time is over */
export async function attachmentContent({ ctx, id, token }: { ctx: PublicContext; id: string; token: string }) {
  const none = () => new PlatformError("not-found", "There is no such file, or the link was not copied whole.");
  const link = await readLink(ctx.env.MASTER_KEY, id, token);
  if (!link) throw none();
  if (link.expiresAt <= ctx.now) throw new PlatformError("invalid-link", `The link was good for ${linkLifeMs / 60_000} minutes: ask for another with GET /api/v1/attachments/${id}/link.`);
  const row = await tenantDb(ctx.env.DB, link.tenant).first(attachments, and(eq(attachments.id, id), eq(attachments.state, "ready")));
  const stored = row && (await ctx.env.BLOBS.get(keyOf(link.tenant, id)));
  if (!row || !stored) throw none();
  const inPlace = shownInPlace.has(row.type);
  // Whatever a browser makes of it, it runs in no origin of ours and loads nothing.
  const headers = {
    "content-disposition": dispositionOf(inPlace ? "inline" : "attachment", row.name),
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "no-referrer",
    "cache-control": "private, max-age=300",
    "content-length": String(row.bytes),
    etag: stored.httpEtag,
  };
  return { file: { type: inPlace || /^(text\/(csv|markdown|calendar|vcard)|application\/(json|zip|vnd\.))/.test(row.type) ? row.type : octets, name: "file", content: stored.body }, headers };
}

/** RFC 6266: a name in ASCII, and the whole one. */
function dispositionOf(how: "inline" | "attachment", name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const whole = encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${how}; filename="${ascii}"; filename*=UTF-8''${whole}`;
}
