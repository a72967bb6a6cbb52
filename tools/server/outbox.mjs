// Mails of a local server, to be read in the browser: http://127.0.0.1:8787/dev/mail
//
// They hold links that open accounts. So the Worker is given this by a development server alone
// (its binding DEV_OUTBOX; in production there is none, and nothing at the path), and it answers
// only who asks for this machine by name, without a proxy in between: not a page elsewhere whose
// name was made to resolve to this machine, and nobody behind a proxy that was put in front.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Response } from "miniflare";

const base = "/dev/mail";
const most = 200;
const proxied = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via", "cf-connecting-ip"];

/**
 * @param {import("./files.mjs").DataFolder} folder
 * @returns {(request: Request) => Promise<Response>}
 */
export function openOutbox(folder) {
  return async (request) => {
    const { pathname, hostname } = new URL(request.url);
    if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname) || proxied.some((name) => request.headers.has(name))) return missing();
    const named = /^\/dev\/mail(?:\/([\da-f-]{36})(?:\/(html))?)?\/?$/.exec(pathname);
    if (named === null) return missing();
    const [, id, part] = named;
    if (id === undefined) return page("Mail", listOf(readAll(folder)), true);
    const mail = read(folder, id);
    if (!mail) return missing();
    return part === "html" ? htmlOf(mail) : page(mail.subject, viewOf(mail), false);
  };
}

const missing = () => new Response("There is nothing here.", { status: 404 });

function readAll(folder) {
  const names = existsSync(folder.mail) ? readdirSync(folder.mail).filter((name) => name.endsWith(".json")) : [];
  return names.sort().reverse().slice(0, most).map((name) => read(folder, name.slice(0, -5))).filter((mail) => mail !== null);
}

function read(folder, id) {
  try {
    return JSON.parse(readFileSync(join(folder.mail, `${id}.json`), "utf8"));
  } catch {
    return null;
  }
}

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text) => String(text).replaceAll(/[&<>"']/g, (character) => escapes[character]);
const shown = (mailboxes) => mailboxes.map(({ address, name }) => (name ? `${name} <${address}>` : address)).join(", ");

function listOf(mails) {
  if (mails.length === 0) return "<p>No mail yet. What the platform and its tenants send is shown here.</p>";
  const rows = mails.map(({ id, sent_at, to, subject, attachments }) => `<tr><td><time>${escaped(sent_at.slice(0, 19).replace("T", " "))}</time><td>${escaped(shown(to))}<td><a href="${base}/${id}">${escaped(subject)}</a>${attachments.length > 0 ? ` (${attachments.length} files)` : ""}`);
  return `<table><thead><tr><th>UTC<th>To<th>Subject</thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function viewOf({ id, from, to, cc, recipients, reply_to, subject, text, html, headers, attachments, sent_at }) {
  const open = new Set([...to, ...cc].map(({ address }) => address));
  const hidden = recipients.filter((address) => !open.has(address));
  const fields = { From: from, To: shown(to), Cc: shown(cc), Bcc: hidden.join(", "), "Reply-To": reply_to, Subject: subject, Date: sent_at, ...headers, Files: attachments.map(({ filename, content_type, size }) => `${filename} (${content_type}, ${size} bytes)`).join(", ") };
  const rows = Object.entries(fields).flatMap(([name, value]) => (value ? [`<tr><th>${escaped(name)}<td>${escaped(value)}`] : []));
  // The frame has no scripts, no forms and an origin of its own; its links open beside it.
  const frame = html === null ? "" : `<h2>HTML</h2><iframe src="${base}/${id}/html" sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML of the mail"></iframe>`;
  return `<p><a href="${base}">All mail</a></p><table>${rows.join("\n")}</table><h2>Text</h2><pre>${linked(text)}</pre>${frame}`;
}

function linked(text) {
  const parts = text.split(/(https?:\/\/[^\s<>"']+)/);
  return parts.map((part, at) => (at % 2 === 1 ? `<a href="${escaped(part)}" target="_blank" rel="noreferrer">${escaped(part)}</a>` : escaped(part))).join("");
}

const style = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f2328;background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dee4;vertical-align:top;overflow-wrap:anywhere}pre{white-space:pre-wrap;background:#f6f8fa;padding:1rem;border-radius:6px}iframe{width:100%;height:32rem;border:1px solid #d8dee4;border-radius:6px}";

function page(title, content, refreshes) {
  const refresh = refreshes ? '<meta http-equiv="refresh" content="3">' : "";
  return new Response(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}<title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${content}</body></html>`, {
    headers: headersWith("default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
  });
}

/** As the sender wrote it, with nothing fetched from anywhere. */
function htmlOf({ html }) {
  return new Response(`<!doctype html><meta charset="utf-8"><base target="_blank">${html ?? ""}`, {
    headers: headersWith("default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-popups-to-escape-sandbox; form-action 'none'; frame-ancestors 'self'"),
  });
}

const headersWith = (policy) => ({ "content-type": "text/html; charset=utf-8", "content-security-policy": policy, "cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" });
