/**
 * Values that have broken other programs, and values at random.
 * @module
 */
import fc from "fast-check";

/** Texts that mean something to some parser, database, terminal or file system. */
export const texts = [
  "", " ", "\t\r\n", "\0", "a\0b", "\ud800", "\udfff\ud800", "a\ud83d", "\u202egnp.exe", "\u200b", "\ufeff", "e\u0301\u0327", "İı", "ﷺ", "👩‍👩‍👧‍👦", "\u{10ffff}",
  "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then",
  "%", "_", "%%%", "\\", "' OR '1'='1", '"; DROP TABLE users; --', "1); DELETE FROM tenants; --", "* NEAR(", '"a" AND', "a* OR b", "MATCH", "glob:[", "?1",
  "../../etc/passwd", "..\\..\\", "/", "//", ".", "..", "~", "file:///etc/passwd", "http://169.254.169.254/", "javascript:alert(1)", "http://[::1", "https://user:pass@example.com", "data:,",
  "<script>alert(1)</script>", "{{7*7}}", "${7*7}", "=cmd|' /C calc'!A0", "\r\nset-cookie: a=b", "\u001b[31m", "&#0;", "null", "undefined", "NaN", "true", "[object Object]",
  "-1", "0", "1e999", "0x10", "9007199254740993", "00000000-0000-0000-0000-000000000000", "2026-02-30T00:00:00Z", "+275760-09-13T00:00:00.001Z", "-000001-01-01T00:00:00Z",
  "es_" + "A".repeat(43), "ey.ey.ey", "(a+)+$", "[", "a@b@c", `${"a".repeat(64)}@${"b.".repeat(90)}c`,
] as const;

/** Half surrogates and unassigned code points among them. */
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units));
const longText = fc.tuple(fc.constantFrom("x", "é", "\0", "%", "../", "((", "👩‍👧"), fc.integer({ min: 200, max: 60_000 })).map(([unit, count]) => unit.repeat(count));

export const hostileText = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...texts) }, { weight: 2, arbitrary: anyUnits }, { weight: 1, arbitrary: longText });

const numbers = fc.oneof(fc.constantFrom(0, -0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 8_640_000_000_000_001), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());

function nested(depth: number, list: boolean): unknown {
  let value: unknown = null;
  for (let level = 0; level < depth; level++) value = list ? [value] : { a: value };
  return value;
}

/** As only JSON.parse makes them: with members of these names, not with these prototypes. */
const prototypes = ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}', '{"__proto__":null}', '{"toString":1,"valueOf":2}', '{"then":"x"}'].map((text) => JSON.parse(text) as unknown);

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 2, arbitrary: numbers },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], [{}], { "": "" }) },
  { weight: 1, arbitrary: fc.constantFrom(...prototypes) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 10, max: 300 }), fc.boolean()).map(([depth, list]) => nested(depth, list)) },
  { weight: 1, arbitrary: fc.tuple(hostileText, fc.integer({ min: 2, max: 300 })).map(([text, count]) => Array.from({ length: count }, () => text.slice(0, 50))) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 3000 }).map((count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]))) },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** What becomes of a body that was fine. */
export interface Mutation {
  how: "replace" | "remove" | "add" | "whole";
  /** Which member; taken modulo how many there are. */
  where: number;
  name: string;
  value: unknown;
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  how: fc.oneof({ weight: 8, arbitrary: fc.constant("replace" as const) }, fc.constantFrom("remove" as const, "add" as const, "whole" as const)),
  where: fc.nat(1000),
  name: hostileText.map((text) => text.slice(0, 300)),
  value: hostileValue,
});

type Holder = Record<string, unknown>;

/** Every place of a value that has something in it: its holder and the name there. */
function placesIn(value: unknown): { holder: Holder; name: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const holder = value as Holder;
  return Object.keys(holder).flatMap((name) => [{ holder, name }, ...placesIn(holder[name])]);
}

/** @param names members that the body may have, though it has not */
export function mutated(body: unknown, names: readonly string[], mutations: readonly Mutation[]): unknown {
  let result: unknown = structuredClone(body);
  for (const { how, where, name, value: given } of mutations) {
    // Anew each time: a value put into itself is no JSON.
    const value = structuredClone(given);
    if (how === "whole") {
      result = value;
      continue;
    }
    if (typeof result !== "object" || result === null) continue;
    const places = [...placesIn(result), ...names.map((one) => ({ holder: result as Holder, name: one }))];
    const place = places[where % Math.max(1, places.length)];
    if (how === "add" || !place) Object.defineProperty(result, name, { value, enumerable: true, configurable: true, writable: true });
    else if (how === "remove") delete place.holder[place.name];
    else place.holder[place.name] = value;
  }
  return result;
}
