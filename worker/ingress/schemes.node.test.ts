/** EspoCRM's, Meta's, basic and configurable signatures: published vectors, other implementations, spoilt bytes. */
import { createHmac } from "node:crypto";
import { sign as signOctokit, verify as verifyOctokit } from "@octokit/webhooks-methods";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { verifyTokenHash } from "../domain/hooks/secret.ts";
import { verifyBasic } from "./signatures/basic.ts";
import { verifyEspocrm } from "./signatures/espocrm.ts";
import { type HmacSettings, verifyHmac } from "./signatures/generic.ts";
import { answerHandshake, verifyMeta } from "./signatures/meta.ts";

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

describe("EspoCRM's signature", () => {
  const secret = "0123456789abcdef0123456789abcdef";
  const body = bytes('[{"id":"a1","status":"New"}]');
  const signature = "NjRmMGMwZmZlZTAwMDAwMDE6MTM0NTJmMThhMjg1Y2FmZDg1YmM5NTAwOGVhOTI0YmE3MGFhNTM0ZWJkOWNmYTM5Y2FiZDFhYTdhZmEzNzZkMQ==";
  const xSignature = "NjRmMGMwZmZlZTAwMDAwMDE6E0UvGKKFyv2FvJUAjqkkunCqU069nPo5yr0ap6+jdtE=";
  const id = "64f0c0ffee0000001";

  it("fits in both forms, and tells the webhook's id", async () => {
    expect(await verifyEspocrm(secret, body, { signature, xSignature: null })).toBe(id);
    expect(await verifyEspocrm(secret, body, { signature: null, xSignature })).toBe(id);
    expect(await verifyEspocrm(secret, body, { signature: "spoilt", xSignature })).toBe(id);
  });

  it("fits when the raw digest holds a colon: the first one ends the id", async () => {
    // Found by trying: HMACs whose digest has a byte 0x3A, at the beginning too.
    let [inside, first] = [0, 0];
    for (let number = 0; inside < 20 || first < 1; number++) {
      const text = `[{"id":"${number}"}]`;
      const digest = createHmac("sha256", secret).update(text).digest();
      if (!digest.includes(0x3a)) continue;
      inside++;
      if (digest[0] === 0x3a) first++;
      const header = Buffer.concat([Buffer.from(`${id}:`), digest]).toString("base64");
      expect(await verifyEspocrm(secret, bytes(text), { signature: null, xSignature: header })).toBe(id);
    }
  });

  it("is over the bytes as PHP wrote them, and not over what they say", async () => {
    const php = '[{"id":"a1","url":"https:\\/\\/x","name":"\\u00fc"}]';
    const header = Buffer.from(`${id}:${createHmac("sha256", secret).update(php).digest("hex")}`).toString("base64");
    expect(await verifyEspocrm(secret, bytes(php), { signature: header, xSignature: null })).toBe(id);
    expect(await verifyEspocrm(secret, bytes(JSON.stringify(JSON.parse(php))), { signature: header, xSignature: null })).toBeNull();
  });

  it("is refused for another body or secret, and when it is not in form", async () => {
    expect(await verifyEspocrm(secret, bytes("[]"), { signature, xSignature })).toBeNull();
    expect(await verifyEspocrm("other", body, { signature, xSignature })).toBeNull();
    expect(await verifyEspocrm("", body, { signature, xSignature })).toBeNull();
    const raw = createHmac("sha256", secret).update(body).digest();
    const forms = [raw.toString("base64"), Buffer.from(`:${raw.toString("hex")}`).toString("base64"), Buffer.from(`${id}:`).toString("base64"), Buffer.from(`${id}:${raw.toString("hex").slice(1)}`).toString("base64"), Buffer.from(`${"a".repeat(101)}:${raw.toString("hex")}`).toString("base64"), "", "%%%"];
    for (const one of forms) expect(await verifyEspocrm(secret, body, { signature: one, xSignature: null }), one).toBeNull();
    // Each form belongs into its header.
    expect(await verifyEspocrm(secret, body, { signature: xSignature, xSignature: signature })).toBeNull();
  });

  it("is refused whichever bit of it is spoilt", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * 82 - 1), async (bit) => {
        const spoilt = Buffer.from(signature, "base64");
        const at = bit >> 3;
        spoilt[at] = (spoilt[at] ?? 0) ^ (1 << (bit & 7));
        const found = await verifyEspocrm(secret, body, { signature: spoilt.toString("base64"), xSignature: null });
        // The id is not signed; hex digits may be written large.
        if (found !== null) expect(at < id.length || spoilt.toString().toLowerCase() === Buffer.from(signature, "base64").toString()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe("Meta's signature", () => {
  it("is judged as GitHub's library judges the same form, over the bytes as they came", async () => {
    const escaped = '{"object":"whatsapp_business_account","entry":[{"name":"\\u00e4"}]}';
    const header = await signOctokit("app secret", escaped);
    expect(await verifyMeta("app secret", bytes(escaped), header)).toBe(true);
    expect(await verifyOctokit("app secret", escaped, header)).toBe(true);
    expect(await verifyMeta("app secret", bytes(JSON.stringify(JSON.parse(escaped))), header)).toBe(false);
  });

  it("comes after a handshake, whose bare challenge is the answer", async () => {
    const hash = await verifyTokenHash("the token");
    const ask = (changes: Record<string, string>) => answerHandshake(new URLSearchParams({ "hub.mode": "subscribe", "hub.verify_token": "the token", "hub.challenge": "1158201444", ...changes }), hash);
    expect(await ask({})).toBe("1158201444");
    for (const changes of [{ "hub.verify_token": "another" }, { "hub.mode": "unsubscribe" }, { "hub.challenge": "x".repeat(1025) }]) expect(await ask(changes)).toBeNull();
    expect(await answerHandshake(new URLSearchParams(), hash)).toBeNull();
  });
});

describe("a configurable HMAC", () => {
  const plain: HmacSettings = { header: "x-signature", algorithm: "sha256", encoding: "hex", prefix: "", secret_encoding: "text", signed: "{body}", tolerance_seconds: 300 };
  const now = 1_700_000_000_000;
  const check = (settings: Partial<HmacSettings>, secret: string, body: string, headers: Record<string, string>, at = now) => verifyHmac({ ...plain, ...settings }, secret, bytes(body), new Headers(headers), at);

  it("takes every algorithm and encoding, as Node computes them", async () => {
    for (const algorithm of ["sha1", "sha256", "sha512"] as const) {
      for (const encoding of ["hex", "base64"] as const) {
        const made = createHmac(algorithm, "secret").update("body").digest(encoding);
        expect(await check({ algorithm, encoding }, "secret", "body", { "x-signature": made }), `${algorithm} ${encoding}`).toBe(true);
        expect(await check({ algorithm, encoding }, "secret", "bodies", { "x-signature": made })).toBe(false);
        expect(await check({ algorithm: algorithm === "sha1" ? "sha256" : "sha1", encoding }, "secret", "body", { "x-signature": made })).toBe(false);
      }
    }
  });

  it("is GitHub's when it is set up so, and one that is missing, empty or without the prefix is refused", async () => {
    const github = { header: "x-hub-signature-256", prefix: "sha256=" };
    const made = await signOctokit("s", "text");
    expect(await check(github, "s", "text", { "x-hub-signature-256": made })).toBe(true);
    for (const header of [{}, { "x-hub-signature-256": "" }, { "x-hub-signature-256": made.slice(7) }, { "x-hub-signature-256": "sha256=" }]) expect(await check(github, "s", "text", header as Record<string, string>)).toBe(false);
    expect(await check(github, "", "text", { "x-hub-signature-256": `sha256=${createHmac("sha256", "").update("text").digest("hex")}` })).toBe(false);
  });

  it("is Standard Webhooks when it is set up so: judged as their library judges it, the time included", async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const settings = { header: "webhook-signature", encoding: "base64", secret_encoding: "base64", signed: "{id}.{timestamp}.{body}", timestamp_header: "webhook-timestamp", id_header: "webhook-id" } as const;
    const clock = Math.floor(Date.now() / 1000) * 1000;
    // Their signatures stand behind `v1,`, where a comma ends an entry here.
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.uuid(), fc.integer({ min: -400, max: 400 }), fc.boolean(), async (body, id, offset, spoil) => {
        fc.pre(Math.abs(Math.abs(offset) - 300) > 30);
        const library = new Webhook(secret);
        const time = new Date(clock + offset * 1000);
        const signature = library.sign(spoil ? `${id}x` : id, time, body);
        const headers = { "webhook-id": id, "webhook-timestamp": String(time.getTime() / 1000), "webhook-signature": signature };
        const theirs = accepts(() => library.verify(body, headers));
        expect(await check(settings, secret.slice(6), body, headers, clock)).toBe(theirs);
      }),
      { numRuns: 150 },
    );
  });

  it("has a time that counts in seconds and in milliseconds, within the tolerance, and only if it is a number", async () => {
    const settings = { signed: "{timestamp}.{body}", timestamp_header: "x-time" };
    const at = async (time: string, clock: number) => check(settings, "s", "b", { "x-time": time, "x-signature": createHmac("sha256", "s").update(`${time}.b`).digest("hex") }, clock);
    expect([await at("1700000000", now), await at("1700000000000", now), await at("1700000000", now + 300_000), await at("1700000000000", now - 300_000)]).toEqual([true, true, true, true]);
    expect([await at("1700000000", now + 300_001), await at("1700000000", now - 300_001), await at("soon", now), await at("1.7e9", now), await at("", now)]).toEqual([false, false, false, false, false]);
  });

  it("may be one of several, of which some only are looked at", async () => {
    const good = createHmac("sha256", "s").update("b").digest("hex");
    const bad = "0".repeat(64);
    expect(await check({}, "s", "b", { "x-signature": `${bad}, ${good}` })).toBe(true);
    expect(await check({}, "s", "b", { "x-signature": [...Array.from({ length: 8 }, () => bad), good].join(" ") })).toBe(false);
  });
});

describe("basic authentication", () => {
  const header = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

  it("fits name and password, whatever characters they have", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !text.includes(":")), fc.string({ minLength: 1, unit: "grapheme" }), async (user, password) => {
        expect(await verifyBasic(user, password, header(user, password))).toBe(true);
        expect(await verifyBasic(user, `${password}x`, header(user, password))).toBe(false);
        expect(await verifyBasic(`${user}x`, password, header(user, password))).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it("is refused without a header, with another scheme, and for an empty password", async () => {
    for (const one of [null, "", "Bearer abc", "Basic", "Basic %%%", `Basic ${Buffer.from("user").toString("base64")}`]) expect(await verifyBasic("user", "pass", one), String(one)).toBe(false);
    expect(await verifyBasic("user", "", header("user", ""))).toBe(false);
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
