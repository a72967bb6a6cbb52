/** Our checks of signatures, against published examples and against the senders' own libraries. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { sign as signGithub, verify as verifyOctokit } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { verifyGithub } from "./signatures/github.ts";
import { verifyStandard } from "./signatures/standard.ts";

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

describe("GitHub's signature", () => {
  const vector = { secret: "It's a Secret to Everybody", body: bytes("Hello, World!"), header: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" };

  it("of the documented example is accepted", async () => {
    expect(await verifyGithub(vector.secret, vector.body, vector.header)).toBe(true);
  });

  it("is refused for another body, secret or form of header", async () => {
    expect(await verifyGithub(vector.secret, bytes("Hello, World"), vector.header)).toBe(false);
    expect(await verifyGithub("it's a secret to everybody", vector.body, vector.header)).toBe(false);
    expect(await verifyGithub("", vector.body, vector.header)).toBe(false);
    const sha1 = createHmac("sha1", vector.secret).update(vector.body).digest("hex");
    const unkeyed = createHash("sha256").update(vector.body).digest("hex");
    for (const header of [null, "", "sha256=", vector.header.slice(0, -1), `${vector.header}00`, vector.header.slice(7), `sha1=${sha1}`, `sha256=${unkeyed}`]) {
      expect(await verifyGithub(vector.secret, vector.body, header), String(header)).toBe(false);
    }
  });

  it("is judged as GitHub's own library judges it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: "binary" }), fc.nat(63), fc.boolean(), async (secret, body, at, spoil) => {
        const good = await signGithub(secret, body);
        const header = spoil ? `${good.slice(0, 7 + at)}${good[7 + at] === "0" ? "1" : "0"}${good.slice(8 + at)}` : good;
        expect(await verifyGithub(secret, bytes(body), header)).toBe(await verifyOctokit(secret, body, header));
      }),
      { numRuns: 200 },
    );
  });
});

describe("the Standard Webhooks signature", () => {
  const vector = {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    body: bytes('{"test": 2432232314}'),
    headers: { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" },
    now: 1614265330_000,
  };
  const check = (changes: Partial<typeof vector.headers> | Record<string, null> = {}, now = vector.now) => verifyStandard(vector.secret, vector.body, { ...vector.headers, ...changes }, now);

  it("of the documented example is accepted, with and without the prefix of the secret", async () => {
    expect(await check()).toBe(true);
    expect(await verifyStandard(vector.secret.slice(6), vector.body, vector.headers, vector.now)).toBe(true);
  });

  it("is good for five minutes either way", async () => {
    const minutes = (count: number) => vector.now + count * 60_000;
    expect([await check({}, minutes(5)), await check({}, minutes(-5))]).toEqual([true, true]);
    expect([await check({}, minutes(5) + 1), await check({}, minutes(-5) - 1)]).toEqual([false, false]);
  });

  it("covers the id, the time and the body", async () => {
    expect(await check({ id: "msg_other" })).toBe(false);
    expect(await check({ timestamp: "1614265331" })).toBe(false);
    expect(await verifyStandard(vector.secret, bytes('{"test":2432232314}'), vector.headers, vector.now)).toBe(false);
  });

  it("may be one of several, as during rotation; other versions are passed over", async () => {
    expect(await check({ signature: `v1a,abc v1,${"A".repeat(43)}= ${vector.headers.signature}` })).toBe(true);
    expect(await check({ signature: vector.headers.signature.replace("v1,", "v2,") })).toBe(false);
  });

  it("is refused when a header is missing or is not in form", async () => {
    for (const changes of [{ id: null }, { timestamp: null }, { signature: null }, { timestamp: "soon" }, { timestamp: "1e9" }, { signature: "v1" }, { signature: "v1,%%%" }, { signature: "," }]) {
      expect(await check(changes), JSON.stringify(changes)).toBe(false);
    }
    expect(await verifyStandard("whsec_", vector.body, vector.headers, vector.now)).toBe(false);
    expect(await verifyStandard("whsec_%%%", vector.body, vector.headers, vector.now)).toBe(false);
  });

  it("is judged as the reference library judges it", async () => {
    const now = Math.floor(Date.now() / 1000) * 1000;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.uuid(), fc.integer({ min: -400, max: 400 }), fc.boolean(), async (body, id, offset, spoil) => {
        // Not on the very edge: the library reads the clock itself.
        fc.pre(Math.abs(Math.abs(offset) - 300) > 30);
        const secret = `whsec_${randomBytes(32).toString("base64")}`;
        const library = new Webhook(secret);
        const time = new Date(now + offset * 1000);
        const signature = spoil ? library.sign(`${id}x`, time, body) : library.sign(id, time, body);
        const timestamp = String(time.getTime() / 1000);
        const theirs = accepts(() => library.verify(body, { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature }));
        expect(await verifyStandard(secret, bytes(body), { id, timestamp, signature }, now)).toBe(theirs);
      }),
      { numRuns: 200 },
    );
  });
});

/** The library parses the body after checking it; a body that is not JSON was still accepted. */
function accepts(verify: () => unknown): boolean {
  try {
    verify();
    return true;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
