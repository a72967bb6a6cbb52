/**
 * A page that stands alone: no other code, no frames, nothing kept.
 * @module
 */

/** @param nonce of its one style and its one script */
export function pageResponse(html: string, { language, nonce }: { language: string; nonce: string }): Response {
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      "cache-control": "no-store",
      "content-security-policy": `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}
