/**
 * Requests that are wrong before anybody looks at what they say: bytes, headers, addresses,
 * methods.
 * @module
 */
import { origin } from "../matrix/lab.ts";

export interface Raw {
  name: string;
  method: string;
  /** After the origin. */
  address: string;
  headers: Record<string, string>;
  body?: BodyInit;
  /** Statuses it may be answered with; any below 500 when left out. */
  answers?: readonly number[];
}

export interface Target {
  method: string;
  address: string;
  headers: Record<string, string>;
  /** As JSON. */
  body: string | null;
  /** Largest that the route takes. */
  maxBytes: number;
}

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => new Uint8Array(values);
const json = { "content-type": "application/json" };

/** Texts that are no JSON, or just not what was meant by it. */
const noJson = ["{", "[1,", "nul", "{'a':1}", '{"a":1,}', "NaN", '"\\ud8"', "\u0000", "{}{}", "/* */{}", `${"[".repeat(50_000)}`, `{"a":${"9".repeat(20_000)}}x`];
const oddJson = ["null", "[]", "0", '""', "true", "1e999", '{"a":1,"a":2}', '\ufeff{"a":1}', " ", "[".repeat(20_000) + "]".repeat(20_000), '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'];

/** @param bodied whether the route takes a JSON body */
export function rawBodies(target: Target, bodied: boolean): Raw[] {
  const { body, maxBytes, ...rest } = target;
  const to = (name: string, content: BodyInit, headers: Record<string, string> = json, answers?: readonly number[]): Raw => ({ ...rest, name, headers: { ...target.headers, ...headers }, body: content, ...(answers && bodied ? { answers } : {}) });
  const text = body ?? "{}";
  return [
    ...noJson.map((content) => to(`no JSON: ${content.slice(0, 12)}`, content, json, [400])),
    ...oddJson.map((content) => to(`odd JSON: ${content.slice(0, 12)}`, content)),
    to("no UTF-8", bytes(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d), json, [400]),
    to("UTF-16", bytes(...Array.from(text.slice(0, 200)).flatMap((character) => [character.charCodeAt(0), 0])), { "content-type": "application/json; charset=utf-16" }, [400, 415]),
    ...["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/jsonp", "application", ";;;", `application/json${"x".repeat(2000)}`].map((type) => to(`as ${type.slice(0, 40)}`, text, { "content-type": type }, [415])),
    to("without a type", new TextEncoder().encode(text), {}, [415]),
    to("one byte too many", `${" ".repeat(maxBytes - 1)}{}`, json, [413]),
    // Fine after all, so it may do what it says: the last.
    to("another character set", text, { "content-type": "application/json; charset=iso-2022-jp" }),
  ].filter((one) => rest.method !== "GET" && (bodied || !one.name.startsWith("one byte")));
}

const long = (count: number): string => "a".repeat(count);

/** What is odd around a request that is fine. */
export function rawAround(target: Target): Raw[] {
  const { address, headers, method } = target;
  const [path = "", query = ""] = address.split("?");
  const content = target.body === null ? {} : { body: target.body };
  const but = (name: string, more: Partial<Raw>): Raw => ({ name, method, address, ...content, ...more, headers: { ...(target.body === null ? {} : json), ...headers, ...more.headers } });
  const at = (name: string, odd: string): Raw => but(name, { address: odd });
  return [
    ...["%", "%zz", "%ff%fe", "%00", "%c0%ae", "%2e%2e%2f", "%2F", "/", "//", "/..", ";a=b", "\\", "%E0%A4%A", long(20_000)].map((end) => at(`path${end.slice(0, 12)}`, path + end)),
    at("doubled slashes", path.replaceAll("/", "//")),
    at("upper case", path.toUpperCase()),
    at("a long query", `${path}?q=${long(100_000)}`),
    at("many parameters", `${path}?${Array.from({ length: 3000 }, (_, index) => `p${index}=1`).join("&")}`),
    at("the same parameter twice", `${path}?${query}&limit=1&limit=2&limit=x&cursor=a&cursor=b`),
    at("no names in the query", `${path}?=&&==&%&%zz=%zz&__proto__=1&constructor=1&toString[]=1`),
    ...["OPTIONS", "PUT", "PATCH", "DELETE", "POST", "GET", "PROPFIND", "QUERY", "get", "FOO-BAR"].filter((one) => one !== method).map((odd): Raw => ({ name: "odd method", method: odd, address: path, headers: {}, answers: [401, 403, 404, 405, 400, 415, 200, 202, 302, 410, 422] })),
    ...["x", long(255), long(256), long(10_000), "a, b", "é", "__proto__", "' OR 1=1", "a\tb"].map((key) => but(`Idempotency-Key ${key.slice(0, 10)}`, { headers: { "idempotency-key": key } })),
    ...["", "Bearer", "Bearer  ", "bearer\tx", `Bearer ${long(30_000)}`, "Bearer a b", "Bearer es_é", `Bearer ey${long(5000)}.e30.x`, "Bearer eyJhbGciOiJub25lIn0.e30.", "Basic Og==", "Digest x"].map((value) => but(`authorization ${value.slice(0, 14)}`, { headers: { authorization: value }, answers: [200, 202, 302, 400, 401, 404, 410, 429] })),
    but("odd headers", { headers: { accept: "*/*;q=x, text/html", "accept-language": "*;;;,xx-", "content-length": "abc", "x-forwarded-for": "::1, x", "x-http-method-override": "DELETE", range: "bytes=0-", "if-none-match": "*", cookie: long(5000), "user-agent": long(5000), "x-odd": "\u00ff" } }),
    but("odd address of the caller", { headers: { "cf-connecting-ip": "not an address ::::%" } }),
  ];
}

/** @returns null for what no client can send either */
export function requestOf({ method, address, headers, body }: Raw): Request | null {
  try {
    return new Request(origin + address, { method, headers, redirect: "manual", ...(body === undefined || method === "GET" || method === "HEAD" || method === "get" ? {} : { body }) });
  } catch {
    return null;
  }
}
