/**
 * Requests a minute: of each tenant and each of its keys and people; for routes that ask
 * nobody to sign in, of each network address.
 *
 * Who is over their limit is refused before anything is looked up for them, so that a flood
 * costs its neighbours little.
 * @module
 */
import { createHash } from "node:crypto";
import { type Meter, hasRoom, type Quota, usedAt, waitFor } from "../../durable-objects/limiter/meter.ts";
import { PlatformError } from "../../sdk/schema/problem.ts";
import type { Actor, TenantActor } from "../auth/actor.ts";
import { networkOf } from "../auth/lockout.ts";
import type { BaseContext } from "../domain/context.ts";
import type { State } from "../domain/usage/account.ts";
import { startsAtOnce } from "../domain/usage/usage.ts";

/** Of a network address, in one isolate, on public routes. */
export const perAddress = { limit: 120, per: 60_000 } as const satisfies Quota;
/** Requests of one credential that an isolate carries out at once, for each start that the plan does. */
const requestsPerStart = 2;
/** Until the plan is known. */
const unknownPlaces = 4;
/** So many more wait for each of them; what comes then is refused. */
const waitingPerPlace = 32;
/** A request that takes longer mostly waits itself, for an execution's end, and makes room, ms. */
const holdMs = 250;
/** So many credentials, and as many addresses, are remembered at most. */
const most = 10_000;

export const meterOf = (actor: TenantActor): string => (actor.kind === "user" ? `user:${actor.userId}` : `key:${actor.keyId}`);

interface Verdict {
  headers: Record<string, string>;
  refusal: PlatformError | null;
}

/** Forgets the oldest when there are too many. */
class Remembered<T> {
  readonly #entries = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > most && oldest !== undefined) this.#entries.delete(oldest);
  }
}

type Ctx = Pick<BaseContext, "usage" | "waitUntil" | "now">;
type Tell = (headers: Record<string, string>) => void;

/** What is known of a credential. Its key is a hash: no secret is kept in memory. */
interface Known {
  places: number;
  refused: { until: number; states: State[]; by: string } | null;
}

const keyOf = (authorization: string): string => createHash("sha256").update(authorization).digest("base64");

export class RateLimiter {
  readonly #known = new Remembered<Known>();
  readonly #addresses = new Remembered<Meter>();

  /**
   * Carries out a request in its turn, unless its credential was refused a moment ago.
   * @param tell takes headers for the answer, whatever it will be
   * @throws PlatformError `rate-limited`
   */
  async inTurn<T>({ usage, now }: Ctx, authorization: string | null, tell: Tell, carryOut: () => Promise<T>): Promise<T> {
    if (authorization === null) return carryOut();
    const key = keyOf(authorization);
    this.#refuseAgain(key, now, tell);
    const places = this.#known.get(key)?.places ?? unknownPlaces;
    const longest = places * waitingPerPlace;
    const leave = await usage.requests.enter(key, { places, holdMs, longest });
    if (!leave) throw new PlatformError("rate-limited", `More than ${places + longest} requests at once with this credential. Try again in a second.`, undefined, 1);
    try {
      // Those before it in the line may have used up what there was.
      this.#refuseAgain(key, now, tell);
      return await carryOut();
    } finally {
      leave();
    }
  }

  #refuseAgain(key: string, now: number, tell: Tell): void {
    const refused = this.#known.get(key)?.refused;
    if (refused && refused.until > now) obey(refuse(refused.states, refused.by, refused.until - now), tell);
  }

  /** @throws PlatformError `rate-limited` */
  async admit({ usage, waitUntil, now }: Ctx, actor: Actor, authorization: string | null, tell: Tell): Promise<void> {
    if (actor.kind === "operator") return;
    const { admitted, retryMs, refusedBy, states } = await usage.leases.admit(actor.tenantId, ["tenant", meterOf(actor)], waitUntil);
    const refused = admitted || refusedBy === null ? null : { until: now + retryMs, states, by: refusedBy };
    if (authorization !== null) this.#known.set(keyOf(authorization), { places: requestsPerStart * startsAtOnce(usage, actor.tenantId), refused });
    obey(refused ? refuse(states, refused.by, retryMs) : { headers: headersOf(states), refusal: null }, tell);
  }

  /**
   * Counted by this isolate alone: whoever reaches several may have as much of each.
   * @throws PlatformError `rate-limited`
   */
  admitAddress({ caller, now }: Pick<BaseContext, "caller" | "now">): void {
    // An address that is not known (a local server) stands for everybody.
    if (caller.ip === null) return;
    const network = networkOf(caller.ip);
    const meter = this.#addresses.get(network);
    const used = meter ? usedAt(meter, perAddress, now) : 0;
    if (!hasRoom(used, perAddress)) throw tooMany(`your network address, on routes that need no sign-in`, perAddress.limit, waitFor(used, perAddress, now));
    this.#addresses.set(network, { used: used + 1, at: now });
  }
}

/**
 * Counts a request that no route carries out.
 * @param meter as {@link meterOf} names it
 * @throws PlatformError `rate-limited`
 */
export async function admitCredential({ usage, waitUntil }: Pick<Ctx, "usage" | "waitUntil">, tenant: string, meter: string): Promise<void> {
  const { admitted, retryMs, refusedBy, states } = await usage.leases.admit(tenant, ["tenant", meter], waitUntil);
  if (!admitted && refusedBy !== null) obey(refuse(states, refusedBy, retryMs), () => {});
}

function obey({ headers, refusal }: Verdict, tell: Tell): void {
  tell(headers);
  if (refusal) throw refusal;
}

function refuse(states: State[], by: string, retryMs: number): Verdict {
  const limit = states.find(({ meter }) => meter === by)?.limit ?? 0;
  const whose = { tenant: "the tenant", key: "this API key", user: "this person" }[label(by)] ?? "this caller";
  return { headers: headersOf(states, { by, retryMs }), refusal: tooMany(whose, limit, retryMs) };
}

function tooMany(whose: string, limit: number, retryMs: number): PlatformError {
  const seconds = Math.max(1, Math.ceil(retryMs / 1000));
  return new PlatformError("rate-limited", `At most ${limit} requests a minute of ${whose}. Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`, undefined, seconds);
}

const label = (meter: string): string => meter.split(":", 1)[0] ?? meter;
const seconds = (ms: number): number => Math.ceil(ms / 1000);

/** `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). */
function headersOf(states: readonly State[], refused?: { by: string; retryMs: number }): Record<string, string> {
  const limited = states.flatMap(({ meter, limit, per, used, resetMs }) => (limit === null || per === "month" ? [] : [{ meter, limit, per, used, resetMs }]));
  if (limited.length === 0) return {};
  const policies = limited.map(({ meter, limit, per }) => `"${label(meter)}";q=${limit};w=${seconds(per)}`);
  const left = limited.map(({ meter, limit, used, resetMs }) => {
    // Of a meter that refuses, the time is that of Retry-After.
    const refuses = refused?.by === meter;
    return `"${label(meter)}";r=${refuses ? 0 : Math.max(0, Math.floor(limit - used + 1e-6))};t=${refuses ? Math.max(1, seconds(refused.retryMs)) : seconds(resetMs)}`;
  });
  return { "ratelimit-policy": policies.join(", "), ratelimit: left.join(", ") };
}
