/**
 * One request of tenant code, from the isolate to the network and back.
 *
 * Invariants
 * 1. No connection is asked for before ./policy.ts has allowed its URL; every redirect is a
 *    new URL and is decided anew.
 * 2. What goes to the network is the parsed URL, never the text it came from, so that what
 *    was judged is what is fetched.
 * 3. Every refusal is a marked response (./refusal.ts); nothing is thrown at the isolate.
 * 4. The deadline covers the body: it is cleared when the body ends or is cancelled.
 * @module
 */
import { limitBody, readBody, responseTooLarge } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { finalUrlHeader, incomingHeaders, outgoingHeaders, redirectHeader } from "./headers.ts";
import { decide, type EgressPolicy, type Network } from "./policy.ts";
import { type Hop, nextHop, redirectTarget } from "./redirect.ts";
import { Refusal, type RefusalCode, refusalResponse } from "./refusal.ts";
import type { SecretDoor } from "./secrets.ts";

export interface EgressLimits {
  /** Bytes of a request's body. */
  requestBytes: number;
  /** Bytes of a response's body, decompressed. */
  responseBytes: number;
  /** Milliseconds for all of it: sending, redirects, reading the answer to its end. */
  ms: number;
  redirects: number;
}

export const defaultEgressLimits: EgressLimits = { requestBytes: 10 * 1_048_576, responseBytes: 25 * 1_048_576, ms: 60_000, redirects: 10 };

/** One line per request, and one more when its body was cut short. No paths: they carry secrets. */
export interface EgressRecord {
  execution: string | null;
  step: string | null;
  method: string;
  host: string;
  status: number | null;
  refused: RefusalCode | null;
  detail: string | null;
  ms: number;
}

export interface EgressPorts {
  policy: EgressPolicy;
  /** Sends without following redirects; `operator` may reach what the operator lists. */
  fetch: (request: Request, network: Network) => Promise<Response>;
  limits: EgressLimits;
  /** Puts secrets in on the way out and takes them out of what comes back. */
  secrets?: Pick<SecretDoor, "put" | "clean"> | undefined;
  log: (record: EgressRecord) => void;
}

/** @returns the answer, or a marked refusal; never throws. */
export async function egress(request: Request, { policy, fetch, limits, secrets, log }: EgressPorts): Promise<Response> {
  const started = Date.now();
  const host = new URL(request.url).host;
  const record = (status: number | null, refusal: Refusal | null): void =>
    log({
      execution: request.headers.get("everstep-execution"),
      step: request.headers.get("everstep-step"),
      method: request.method,
      host,
      status,
      refused: refusal?.code ?? null,
      detail: refusal?.detail ?? null,
      ms: Date.now() - started,
    });
  const deadline = new Deadline(limits.ms, () => new Refusal("egress-timeout", `${host} did not finish within ${limits.ms / 1000} s, the limit of one request`));
  try {
    const { response, hop, hops } = await send(request, { policy, fetch, limits, secrets }, deadline);
    record(response.status, null);
    return handBack(response, hop, hops, limits, deadline, (cut) => cut && record(response.status, cut));
  } catch (error) {
    deadline.clear();
    const refusal = error instanceof Refusal ? error : unreachable(host, error);
    record(null, refusal);
    return refusalResponse(refusal);
  }
}

async function send(request: Request, { policy, fetch, limits, secrets }: Omit<EgressPorts, "log">, deadline: Deadline): Promise<{ response: Response; hop: Hop; hops: number }> {
  const mode = request.headers.get(redirectHeader) ?? request.redirect;
  if (request.headers.get("upgrade")) throw new Refusal("egress-denied", "WebSockets and other upgrades are not available to workflows: use plain requests");
  let hop: Hop = { url: new URL(request.url), method: request.method, headers: outgoingHeaders(request.headers), body: null };
  for (let hops = 0; ; hops++) {
    const decision = decide(hop.url, policy);
    if (!decision.allow) throw new Refusal("egress-denied", hops === 0 ? decision.reason : `redirected: ${decision.reason}`);
    // Read only now: a refused request costs nothing.
    if (hops === 0) hop.body = await readBody(request, limits.requestBytes, deadline);
    const response = await attempt(hop, decision.network, { fetch, secrets }, deadline);
    const target = mode === "manual" ? null : redirectTarget(response, hop.url);
    if (target === null) return { response, hop, hops };
    response.body?.cancel().catch(() => undefined);
    if (mode === "error") throw new Refusal("egress-too-many-redirects", `${hop.url.host} redirected and the request says redirect: "error"`);
    if (hops === limits.redirects) throw new Refusal("egress-too-many-redirects", `more than ${limits.redirects} redirects, the limit of one request; the last came from ${hop.url.host}`);
    hop = nextHop(hop, response.status, target);
  }
}

/** `hop` itself is left as it is: with values in it, it goes out and nowhere else. */
async function attempt(hop: Hop, network: Network, { fetch, secrets }: Pick<EgressPorts, "fetch" | "secrets">, deadline: Deadline): Promise<Response> {
  const outgoing = secrets ? await deadline.race(secrets.put(hop, network)) : hop;
  const { url, method, headers, body } = outgoing;
  try {
    const request = new Request(url.href, { method, headers, body, redirect: "manual", signal: deadline.signal });
    const response = await deadline.race(fetch(request, network));
    return secrets ? await deadline.race(secrets.clean(response, hop.url)) : response;
  } catch (error) {
    // The runtime may name the URL in its message.
    throw error instanceof Refusal ? error : unreachable(hop.url.host, outgoing === hop ? error : null);
  }
}

/** The runtime does not say which it was: no such name, a private address behind a name, refused, TLS. */
function unreachable(host: string, error: unknown): Refusal {
  const cause = error instanceof Error && !error.message.startsWith("internal error") ? ` (${error.message})` : "";
  return new Refusal("egress-unreachable", `${host} could not be reached${cause}: it is down, has no public address, or its TLS certificate is not trusted`);
}

function handBack(response: Response, hop: Hop, hops: number, limits: EgressLimits, deadline: Deadline, onEnd: (refusal: Refusal | null) => void): Response {
  const { host } = hop.url;
  const limit = limits.responseBytes;
  const decoded = /^(gzip|x-gzip|br)$/i.test(response.headers.get("content-encoding")?.trim() ?? "");
  const hasBody = response.body !== null && hop.method !== "HEAD";
  if (hasBody && Number(response.headers.get("content-length") ?? 0) > limit) {
    response.body?.cancel().catch(() => undefined);
    throw responseTooLarge(host, limit);
  }
  const headers = incomingHeaders(response.headers, decoded && hasBody);
  if (hops > 0) headers.set(finalUrlHeader, hop.url.href);
  if (!hasBody) deadline.clear();
  const body = hasBody && response.body ? limitBody(response.body, { host, limit, deadline, onEnd }) : null;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}
