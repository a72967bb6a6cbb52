import { describe, expect, it } from "vitest";
import { harness } from "./testing/harness.ts";
import { languageOf } from "./account-texts.ts";

const h = harness();
const open = (page: string, headers: Record<string, string> = {}) => h.call(null, "GET", `/account/${page}`, undefined, headers);

describe("the page behind a mailed link", () => {
  it.each(["confirm", "reset", "invitation"])("%s: runs its own script and nothing else, is kept nowhere, and tells nobody where it came from", async (page) => {
    const { status, headers } = await open(page);
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'nonce-[\w-]{22}'; style-src 'nonce-[\w-]{22}'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'$/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });

  it("has another nonce each time", async () => {
    const [first, second] = [await open("reset"), await open("reset")];
    expect(first.headers.get("content-security-policy")).not.toBe(second.headers.get("content-security-policy"));
  });

  it("is in the reader's language, as far as it is one of ours", async () => {
    expect((await open("reset", { "accept-language": "de, es-MX;q=0.8, en;q=0.5" })).headers.get("content-language")).toBe("es");
    expect([languageOf(null), languageOf("de"), languageOf("pt-BR"), languageOf("__proto__")]).toEqual(["en", "en", "pt", "en"]);
  });

  it("is there for these links alone", async () => {
    expect((await open("other")).status).toBe(404);
    expect((await h.call(null, "POST", "/account/reset")).status).toBe(405);
  });
});
