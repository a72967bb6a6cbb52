/**
 * Which headers cross the border. Out: nothing of ours, nothing of Cloudflare's, nothing
 * that belongs to the connection rather than to the message. In: nothing of ours, so that
 * no server can speak in the platform's name.
 * @module
 */

/** Asks egress to follow redirects: `follow`, `manual` or `error`. The platform's runtime sets it; inside a worker `Request.redirect` never arrives. */
export const redirectHeader = "everstep-redirect";
/** Where a followed redirect ended: the runtime shows it as `Response.url`. */
export const finalUrlHeader = "everstep-final-url";

const internal = /^(everstep-|cf-)/;
/** RFC 9110 §7.6.1, and `host`: it would name another site than the one that was allowed. */
const connection = new Set(["host", "connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-length"]);
/** Describe a body that a redirect has dropped (Fetch standard, "request-body-header name"). */
const ofBody = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];

export function outgoingHeaders(headers: Headers): Headers {
  const out = new Headers(headers);
  for (const name of (headers.get("connection") ?? "").split(",")) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name.trim())) out.delete(name.trim());
  }
  for (const name of headers.keys()) if (internal.test(name) || connection.has(name)) out.delete(name);
  return out;
}

/** The other origin must not get what was meant for the first. */
export function dropCredentials(headers: Headers): void {
  for (const name of ["authorization", "cookie"]) headers.delete(name);
}

export function dropBodyHeaders(headers: Headers): void {
  for (const name of ofBody) headers.delete(name);
}

/** @param decoded the body is handed on decompressed, so that its size on the way no longer holds. */
export function incomingHeaders(headers: Headers, decoded: boolean): Headers {
  const out = new Headers(headers);
  for (const name of headers.keys()) if (name.startsWith("everstep-")) out.delete(name);
  if (decoded) for (const name of ["content-encoding", "content-length"]) out.delete(name);
  return out;
}
