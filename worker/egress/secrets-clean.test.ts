import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cleanResponse } from "./secrets-clean.ts";
import { formsOf } from "./secrets-forms.ts";
import { Forms } from "./secrets-redact.ts";

const value = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
const cleaning = { host: "api.example.com", values: [value], forms: new Forms([formsOf(value)]), marks: ["[secret:KEY]"], again: ["everstep-secret.KEY.x"] };
const clean = (body: BodyInit | null, init?: ResponseInit): Response => cleanResponse(new Response(body, init), cleaning);

describe("an answer from a host that a secret may be sent to", () => {
  it("has it neither in its body nor in its headers, their names and the status text", async () => {
    const headers = new Headers({ "x-echo": `a ${value} b`, [`x-${value}`]: "1", "content-length": "100", "x-hex": Buffer.from(value).toString("hex"), "set-cookie": `t=${value}` });
    headers.append("set-cookie", "u=1");
    const response = clean(`{"key":"${value}"}`, { status: 401, statusText: `no ${value}`, headers });
    expect([response.status, response.statusText, await response.text()]).toEqual([401, "no [secret:KEY]", '{"key":"[secret:KEY]"}']);
    expect(Object.fromEntries(response.headers)).toMatchObject({ "x-echo": "a [secret:KEY] b", "x-hex": "[secret:KEY]" });
    expect(response.headers.getSetCookie()).toEqual(["t=[secret:KEY]", "u=1"]);
    expect([...response.headers.keys()].filter((name) => name === "content-length" || name.includes("live"))).toEqual([]);
  });

  it("has a reference in place of it where it redirects to", () => {
    expect(clean(null, { status: 302, headers: { location: `/next?key=${value}`, refresh: `0;url=/${value}` } }).headers).toEqual(new Headers({ location: "/next?key=everstep-secret.KEY.x", refresh: "0;url=/[secret:KEY]" }));
  });

  it("keeps its length when it has no body, and its bytes when they are no text", async () => {
    expect(clean(null, { status: 204, headers: { "content-length": "7" } }).headers.get("content-length")).toBe("7");
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 256);
    expect(new Uint8Array(await clean(bytes).arrayBuffer())).toEqual(bytes);
  });

  it("is refused in an encoding that the runtime does not decode", () => {
    for (const encoding of ["zstd", "deflate", "gzip, br"]) expect(() => clean(gzipSync(value), { headers: { "content-encoding": encoding } })).toThrow(/^secret-not-allowed: api\.example\.com answered in the encoding/);
    expect(() => clean("x", { headers: { "content-encoding": `x-${value}` } })).not.toThrow(new RegExp(value));
  });

  it("passes on what broke it, and that nobody reads on", async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("cut off")) });
    await expect(clean(broken).text()).rejects.toThrow("cut off");
    const reasons: unknown[] = [];
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(8)), cancel: (reason) => void reasons.push(reason) });
    await clean(endless).body?.cancel("enough");
    expect(reasons).toEqual(["enough"]);
  });
});
