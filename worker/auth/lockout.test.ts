import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Env } from "../env.ts";
import { admitAttempt, forgetAttempts, networkOf } from "./lockout.ts";

const minute = 60_000;
let accounts = 0;
const account = () => `account-${++accounts}`;
const at = (now: number, ip: string | null = null) => ({ env: env as unknown as Env, now, caller: { ip, userAgent: null } });
/** Whether the attempt is let through; it counts as failed. */
const fails = (now: number, who: string, ip: string | null = null) => admitAttempt(at(now, ip), who).then(() => true, () => false);
const through = (results: boolean[]) => results.filter(Boolean).length;

describe("attempts at one account", () => {
  it("are 5, then none for a minute, then one", async () => {
    const who = account();
    for (const _ of [1, 2, 3, 4, 5]) expect(await fails(0, who)).toBe(true);
    expect(await fails(minute - 1, who)).toBe(false);
    expect(await fails(minute, who)).toBe(true);
    expect(await fails(minute + 1, who)).toBe(false);
    await expect(admitAttempt(at(2 * minute), who)).rejects.toMatchObject({ code: "too-many-attempts", retryAfter: 60 });
  });

  it("are 5 when a hundred come at once", async () => {
    const who = account();
    expect(through(await Promise.all(Array.from({ length: 100 }, () => fails(0, who))))).toBe(5);
  });

  it("that come during a lock do not make it longer", async () => {
    const who = account();
    for (let round = 0; round < 20; round++) await fails(0, who);
    expect(await fails(minute, who)).toBe(true);
  });

  it("begin anew after one that succeeded, after a day without any, and when its owner has shown who they are", async () => {
    const who = account();
    for (const _ of [1, 2, 3, 4]) await fails(0, who);
    await (await admitAttempt(at(0), who)).succeeded();
    for (const _ of [1, 2, 3, 4, 5]) expect(await fails(0, who)).toBe(true);
    expect(await fails(0, who)).toBe(false);
    await forgetAttempts(at(0), who);
    for (const _ of [1, 2, 3, 4, 5]) expect(await fails(0, who)).toBe(true);
    for (const _ of [1, 2, 3, 4, 5]) expect(await fails(24 * 60 * minute, who)).toBe(true);
  });
});

describe("attempts from one network address", () => {
  it("at many accounts are 50, also at once; others go on", async () => {
    const tries = await Promise.all(Array.from({ length: 80 }, (_, index) => fails(0, account(), `2001:db8:1:1::${index}`)));
    expect(through(tries)).toBe(50);
    expect(await fails(0, account(), "2001:db8:1:1:ffff::1")).toBe(false);
    expect(await fails(0, account(), "2001:db8:1:2::1")).toBe(true);
    expect(await fails(minute, account(), "2001:db8:1:1::1")).toBe(true);
  });

  it("that succeed do not count, whoever else fails there", async () => {
    const ip = "203.0.113.7";
    for (let round = 0; round < 49; round++) await fails(0, account(), ip);
    for (let round = 0; round < 20; round++) await (await admitAttempt(at(0, ip), account())).succeeded();
    expect(await fails(0, account(), ip)).toBe(true);
    expect(await fails(0, account(), ip)).toBe(false);
  });

  it("at an account that is locked do not count", async () => {
    const [who, ip] = [account(), "203.0.113.8"];
    for (let round = 0; round < 100; round++) await fails(0, who, ip);
    expect(await fails(0, account(), ip)).toBe(true);
  });

  it("that is not known are limited by account alone", async () => {
    expect(through(await Promise.all(Array.from({ length: 60 }, () => fails(0, account()))))).toBe(60);
  });
});

describe("the network of an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s is %s", (ip, network) => {
    expect(networkOf(ip)).toBe(network);
  });
});
