/**
 * Redirects by the rules of the Fetch standard (HTTP-redirect fetch), worked out on plain
 * values: what is asked next, after this answer.
 * @module
 */
import { dropBodyHeaders, dropCredentials } from "./headers.ts";
import { Refusal } from "./refusal.ts";

export interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | null;
}

const redirectStatuses = [301, 302, 303, 307, 308];

/**
 * Null when the answer is final; a 3xx without Location is.
 * @throws Refusal `egress-unreachable` for a Location that is no URL.
 */
export function redirectTarget(response: Response, from: URL): string | null {
  const location = response.headers.get("location");
  if (!redirectStatuses.includes(response.status) || location === null) return null;
  if (!URL.canParse(location, from.href)) throw new Refusal("egress-unreachable", `${from.host} redirected to something that is not a URL`);
  return new URL(location, from.href).href;
}

export function nextHop(hop: Hop, status: number, target: string): Hop {
  const url = new URL(target);
  const headers = new Headers(hop.headers);
  if (url.origin !== hop.url.origin) dropCredentials(headers);
  const becomesGet = status === 303 ? hop.method !== "GET" && hop.method !== "HEAD" : (status === 301 || status === 302) && hop.method === "POST";
  if (!becomesGet) return { ...hop, url, headers };
  dropBodyHeaders(headers);
  return { url, method: "GET", headers, body: null };
}
