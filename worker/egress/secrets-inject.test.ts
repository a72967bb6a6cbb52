import { describe, expect, it } from "vitest";
import { secretReference } from "../../sdk/schema/secret-reference.ts";
import type { Hop } from "./redirect.ts";
import { referencesIn, withValues } from "./secrets-inject.ts";

const tag = "0123456789abcdefABCD-_";
const reference = secretReference("KEY", tag);
const other = secretReference("OTHER_2", tag);
const values: Record<string, string> = { [reference]: `p/+ "w"&<'\\é`, [other]: "plain" };

function hop({ url = "https://api.example.com/", method = "POST", headers = {}, body = null }: { url?: string; method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> | null } = {}): Hop {
  return { url: new URL(url), method, headers: new Headers(headers), body: typeof body === "string" ? Uint8Array.from(Buffer.from(body)) : body };
}

const put = (request: Hop, more: Record<string, string> = values): Hop => withValues(request, (text) => more[text] ?? text);
const bodyOf = ({ body }: Hop): string => Buffer.from(body ?? []).toString();

describe("references in a request", () => {
  it("are found in path, query, headers, Basic credentials and body, each once", () => {
    const parts = [
      hop({ url: `https://api.example.com/${reference}/x` }),
      hop({ url: `https://api.example.com/?key=${encodeURIComponent(reference)}` }),
      hop({ headers: { "x-key": reference } }),
      hop({ headers: { authorization: `basic ${btoa(`user:${reference}`)}` } }),
      hop({ headers: { "content-type": "text/plain" }, body: `${reference} ${reference}` }),
    ];
    for (const part of parts) expect(referencesIn(part)).toEqual([{ text: reference, name: "KEY", tag }]);
    expect(referencesIn(hop({ headers: { a: reference, b: other } })).map(({ name }) => name)).toEqual(["KEY", "OTHER_2"]);
  });

  it("are only whole ones, and none in a host, a fragment, a binary or a compressed body", () => {
    const none = [
      hop(),
      hop({ headers: { a: "everstep-secret.KEY.short", b: `everstep-secret.9KEY.${tag}` } }),
      hop({ url: `https://${reference.replaceAll("_", "-")}.example.com/` }),
      hop({ url: `https://api.example.com/#${reference}` }),
      hop({ headers: { "content-type": "image/png" }, body: reference }),
      hop({ headers: { "content-type": "text/plain", "content-encoding": "gzip" }, body: reference }),
      hop({ headers: { authorization: "Basic ***" } }),
    ];
    for (const one of none) expect(referencesIn(one)).toEqual([]);
  });
});

describe("a value", () => {
  it("is written as the place asks for it", () => {
    const url = put(hop({ url: `https://api.example.com/a/${reference}?q=${reference}&r=1` })).url;
    expect(url.searchParams.get("q")).toBe(values[reference]);
    expect(decodeURIComponent(url.pathname)).toBe(`/a/${values[reference]}`);

    const json = put(hop({ headers: { "content-type": "application/vnd.api+json; charset=utf-8" }, body: JSON.stringify({ key: reference, n: 1 }) }));
    expect(JSON.parse(bodyOf(json))).toEqual({ key: values[reference], n: 1 });

    const form = put(hop({ headers: { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" }, body: new URLSearchParams({ key: reference, b: "1 2" }).toString() }));
    expect(Object.fromEntries(new URLSearchParams(bodyOf(form)))).toEqual({ key: values[reference], b: "1 2" });

    const xml = put(hop({ headers: { "content-type": "text/xml" }, body: `<k v="${reference}"/>` }));
    expect(bodyOf(xml)).toBe(`<k v="p/+ &quot;w&quot;&amp;&lt;&#39;\\é"/>`);

    expect(bodyOf(put(hop({ headers: { "content-type": "text/plain" }, body: `é ${reference}` })))).toBe(`é ${values[reference]}`);
  });

  it("goes into headers, also inside Basic credentials", () => {
    const { headers } = put(hop({ headers: { "x-key": `Bearer ${other}`, authorization: `Basic ${btoa(`user:${reference}`)}` } }));
    expect(headers.get("x-key")).toBe("Bearer plain");
    expect(Buffer.from((headers.get("authorization") ?? "").slice(6), "base64").toString()).toBe(`user:${values[reference]}`);
  });

  it("that no header can carry is refused there, and not shown", () => {
    for (const value of ["line\nbreak", "é"]) expect(() => put(hop({ headers: { "x-key": reference } }), { [reference]: value })).toThrow(/^secret-not-allowed: the secret for the header x-key has line breaks or other characters that no header can carry/);
  });

  it("leaves bytes that are no text as they were, and the request itself unchanged", () => {
    const body = Uint8Array.from([...Buffer.from(other), 0xff, 0x00, 0xc3]);
    const request = hop({ url: `https://api.example.com/?k=${other}`, headers: { a: other }, body });
    expect([...(put(request).body ?? [])]).toEqual([...Buffer.from("plain"), 0xff, 0x00, 0xc3]);
    expect([request.url.search, request.headers.get("a"), request.body]).toEqual([`?k=${other}`, other, body]);
  });

  it("that looks like a reference is not looked at again", () => {
    expect(put(hop({ headers: { a: reference } }), { [reference]: other, [other]: "wrong" }).headers.get("a")).toBe(other);
  });
});
