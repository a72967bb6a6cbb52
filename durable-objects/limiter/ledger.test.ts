import { describe, expect, it } from "vitest";
import { leaseMs, type Report } from "./contract.ts";
import { Ledger } from "./ledger.ts";
import type { Quota } from "./meter.ts";

const now = Date.UTC(2026, 10, 21, 12);
const quota: Quota = { limit: 100, per: 3_600_000 };

/** Reports of isolates to one ledger, at a time that the test says. */
function ledger(of: Quota = quota) {
  const one = new Ledger();
  return (holder: string, number: number, rest: Partial<Report> = {}, at = now) => {
    const { taken, changes, shares } = one.settle({ tenant: "t", holder, number, spent: {}, take: [], watch: ["tenant"], ...rest }, () => of, at);
    return { taken, changes, ...(shares["tenant"] ?? expect.unreachable("no share")) };
  };
}

const spent = (known: number, total: number) => ({ spent: { tenant: [known, total] as const } });

describe("reports", () => {
  it("add to what is used", () => {
    const settle = ledger();
    expect(settle("a", 1, spent(0, 3)).used).toBe(3);
    expect(settle("b", 1, spent(0, 4)).used).toBe(7);
    expect(settle("a", 2, spent(3, 5)).used).toBe(9);
  });

  it("count once, whether their answer was lost, they were lost, or overtook each other", () => {
    const settle = ledger();
    settle("a", 1, spent(0, 3));
    // The answer to the first was lost: the isolate still says that nothing is known.
    expect(settle("a", 2, spent(0, 5)).used).toBe(5);
    // The fourth is here before the third.
    expect(settle("a", 4, spent(5, 9)).used).toBe(9);
    expect(settle("a", 3, spent(5, 7)).used).toBe(9);
  });

  it("of an isolate that was silent for long count from what it knows to be known", () => {
    const settle = ledger();
    settle("a", 1, spent(0, 3));
    expect(settle("a", 2, spent(3, 4), now + 10 * leaseMs).used).toBeCloseTo(4, 0);
  });

  it("may give back", () => {
    const settle = ledger();
    settle("a", 1, spent(0, 3));
    expect(settle("a", 2, spent(3, 2)).used).toBe(2);
    expect(settle("a", 3, spent(2, -5)).used).toBe(0);
  });
});

describe("what is taken", () => {
  it("is counted before it is let through, and refused when there is none", () => {
    const settle = ledger({ limit: 2, per: 3_600_000 });
    const take = { take: ["tenant"] };
    expect([settle("a", 1, take), settle("b", 1, take), settle("a", 2, take)].map(({ taken, used }) => [taken, used])).toEqual([[true, 1], [true, 2], [false, 2]]);
  });

  it("is had of all meters or of none", () => {
    const one = new Ledger();
    const quotas: Record<string, Quota> = { tenant: quota, key: { limit: 0, per: 1_000 } };
    const { taken, changes, shares } = one.settle({ tenant: "t", holder: "a", number: 1, spent: {}, take: ["tenant", "key"], watch: [] }, (name) => quotas[name] ?? quota, now);
    expect([taken, changes, shares["tenant"]?.used]).toEqual([false, {}, 0]);
  });
});

describe("shares", () => {
  it("are at most a tenth of the quota together, and one for whoever comes then", () => {
    const settle = ledger();
    const shares = ["a", "b", "c", "d", "e", "f"].map((holder) => settle(holder, 1).share);
    expect(shares[0]).toBe(5);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(10 + shares.length);
    expect(Math.min(...shares)).toBe(1);
  });

  it("are nothing when nothing is left, and the wait is said", () => {
    const settle = ledger();
    expect(settle("a", 1, spent(0, 100))).toMatchObject({ share: 0, waitMs: 36_000 });
  });

  it("of an isolate that does not come back are free for others after some seconds", () => {
    const settle = ledger();
    expect([settle("a", 1).share, settle("b", 1).share]).toEqual([5, 2]);
    expect(settle("b", 2, {}, now + 3 * leaseMs).share).toBe(2);
    expect(settle("b", 3, {}, now + 4 * leaseMs).share).toBe(5);
  });

  it("of a month's quota are small: it is not to be passed by much", () => {
    expect(ledger({ limit: 1_000, per: "month" })("a", 1).share).toBe(5);
  });
});
