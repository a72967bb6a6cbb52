/**
 * What this isolate may let through of each tenant's quotas without asking: the limiter is
 * out of the way of most requests. They are counted here and reported afterwards.
 *
 * Invariants
 * 1. Nothing is refused but on the limiter's word, and no longer than it said.
 * 2. Where the limiter does not answer in time, requests are let through: it guards against
 *    those who overdo it, and everybody else must not suffer when it is missing.
 * 3. Requests share figures, never promises: one whose caller has gone may never go on.
 * @module
 */
import { leaseMs, monthly, type Report, type Settled, type Share } from "../../../durable-objects/limiter/contract.ts";
import { Account, statesOf, type State } from "./account.ts";

export interface LeasePorts {
  ask(report: Report): Promise<Settled>;
  now(): number;
  /** Calls back after so many ms, unless it is cancelled by what it returns. */
  timer(ms: number, callback: () => void): () => void;
  warn(tenant: string, error: unknown): void;
}

/** Work that goes on after the answer. */
export type After = (work: Promise<unknown>) => void;

export interface Admission {
  admitted: boolean;
  /** ms after which it makes sense to try again. */
  retryMs: number;
  /** The meter that has no room. */
  refusedBy: string | null;
  /** Of those refused since there last was room, the first here. */
  first: boolean;
  /** How the meters stand, as far as this isolate knows; none while the limiter does not answer. */
  states: State[];
}

/** What was let through is reported after so long at most, ms: well before the lease is over. */
const lingerMs = 0.7 * leaseMs;
/** A limiter that takes longer counts as not there. */
const patienceMs = 1_000;
/** It is then left alone for so long, ms. */
const deafMs = 5_000;
/** Tenants that nobody has asked for in this time are forgotten once there are many, ms. */
const idleMs = 60_000;
const manyAccounts = 1_000;

export class Leases {
  readonly #ports: LeasePorts;
  readonly #lingerMs: number;
  readonly #accounts = new Map<string, Account>();
  #holder: string | null = null;

  /** @param linger how long what was let through may wait for its report, ms */
  constructor(ports: LeasePorts, linger: number = lingerMs) {
    this.#ports = ports;
    this.#lingerMs = linger;
  }

  /** Lets one through on all of these meters, or on none. */
  async admit(tenant: string, meters: readonly string[], after: After): Promise<Admission> {
    const account = this.#account(tenant);
    const now = this.#ports.now();
    const through: Admission = { admitted: true, retryMs: 0, refusedBy: null, first: false, states: [] };
    if (account.deafUntil > now) return this.#uncounted(account, meters, through);
    const refused = account.refusal(meters, now);
    if (refused) return { admitted: false, ...refused, states: statesOf(account, meters, now) };
    if (account.within(meters, now)) {
      for (const name of meters) account.spend(name, 1);
      this.#reportAfterwards(tenant, account, meters, after);
      return { ...through, states: statesOf(account, meters, now) };
    }
    const settled = await this.#report(tenant, account, meters, []);
    if (!settled) return this.#uncounted(account, meters, through);
    const states = statesOf(account, meters, this.#ports.now());
    if (settled.taken) return { ...through, states };
    const [refusedBy, { waitMs }] = mostAwaited(settled.shares, meters);
    return { admitted: false, retryMs: waitMs, refusedBy, first: refusedBy === null || account.refuses(refusedBy), states };
  }

  /** Counts what nobody asked for; less than nothing gives back what was not used after all. */
  count(tenant: string, meter: string, amount: number, after: After): void {
    const account = this.#account(tenant);
    account.spend(meter, amount);
    this.#reportAfterwards(tenant, account, [meter], after);
  }

  /** What the limiter knows by now; null when it does not answer. */
  async look(tenant: string, meters: readonly string[]): Promise<Record<string, Share> | null> {
    return (await this.#report(tenant, this.#account(tenant), [], meters))?.shares ?? null;
  }

  /** Starts carried out at once, null: no limit; undefined while nobody has said. */
  concurrent(tenant: string): number | null | undefined {
    return this.#accounts.get(tenant)?.concurrent;
  }

  /** While the limiter does not answer. What counts by the month is reported when it does again. */
  #uncounted(account: Account, meters: readonly string[], through: Admission): Admission {
    if (meters.includes(monthly)) account.spend(monthly, 1);
    return through;
  }

  #reportAfterwards(tenant: string, account: Account, meters: readonly string[], after: After): void {
    const now = this.#ports.now();
    const send = () => this.#report(tenant, account, [], meters);
    if (account.isLow(meters, now)) {
      if (account.askingUntil > now) return;
      account.askingUntil = now + patienceMs;
      after(send().finally(() => (account.askingUntil = 0)));
    } else if (account.dueAt + patienceMs < now) {
      account.dueAt = now + this.#lingerMs;
      after(this.#pause().then(() => ((account.dueAt = 0), account.hasSpent() ? send() : null)));
    }
  }

  #pause(): Promise<void> {
    return this.#lingerMs === 0 ? Promise.resolve() : new Promise((resolve) => this.#ports.timer(this.#lingerMs, resolve));
  }

  /** Null when there was no answer: what it said is said again by the next. */
  async #report(tenant: string, account: Account, take: readonly string[], watch: readonly string[]): Promise<Settled | null> {
    const { ask, now, timer, warn } = this.#ports;
    this.#holder ??= crypto.randomUUID();
    const sent = account.send(take, now());
    const { number, spent } = sent;
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      cancel = timer(patienceMs, () => reject(new Error(`no answer within ${patienceMs} ms`)));
    });
    try {
      const settled = await Promise.race([ask({ tenant, holder: this.#holder, number, spent, take: [...take], watch: [...watch] }), late]);
      account.apply(settled, sent);
      return settled;
    } catch (error) {
      account.deafUntil = now() + deafMs;
      warn(tenant, error);
      return null;
    } finally {
      cancel();
      account.landed(sent);
    }
  }

  #account(tenant: string): Account {
    const now = this.#ports.now();
    const account = this.#accounts.get(tenant) ?? new Account();
    account.usedAt = now;
    if (!this.#accounts.has(tenant)) {
      if (this.#accounts.size >= manyAccounts) for (const [id, { usedAt }] of this.#accounts) if (usedAt < now - idleMs) this.#accounts.delete(id);
      this.#accounts.set(tenant, account);
    }
    return account;
  }
}

function mostAwaited(shares: Record<string, Share>, meters: readonly string[]): [string | null, { waitMs: number }] {
  let most: [string | null, { waitMs: number }] = [null, { waitMs: 0 }];
  for (const name of meters) {
    const share = shares[name];
    if (share && share.waitMs >= most[1].waitMs) most = [name, share];
  }
  return most;
}
