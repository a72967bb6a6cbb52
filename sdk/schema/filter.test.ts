import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventFilter } from "./filter-schema.ts";
import { type EventFilter, faultOf, matchesFilter } from "./filter.ts";

const order = { status: "paid", amount: 120, at: "2026-03-01T10:00:00.000Z", tags: ["new", "vip"], note: null, gift: false, customer: { name: "Ada Lovelace", address: { city: "London" } }, "a.b": 1 };

describe("a filter fits data when every field does", () => {
  it.each<[string, EventFilter, boolean]>([
    ["the same value", { status: "paid", amount: 120, gift: false }, true],
    ["another value", { status: "open" }, false],
    ["a number is no text", { amount: "120" }, false],
    ["one of a list", { status: ["open", "paid"] }, true],
    ["none of a list", { status: ["open"] }, false],
    ["null is any, missing too", { status: null, nothing: null, note: null }, true],
    ["an empty filter", {}, true],
    ["one field that does not fit", { status: "paid", amount: 1 }, false],
    ["nested fields", { customer: { address: { city: "London" } } }, true],
    ["a dotted path", { "customer.address.city": ["Paris", "London"] }, true],
    ["a mix of both", { customer: { "address.city": "London" } }, true],
    ["a path that ends too early", { "status.length": 4 }, false],
    ["a name with a dot comes before the path", { "a.b": 1 }, true],
    ["a place in a list", { "tags.1": "vip" }, true],
    ["the length of a list is no field", { "tags.length": 2 }, false],
    ["what every object inherits is no field", { constructor: { $exists: false }, toString: { $exists: false } }, true],
    ["$gt and $lt, both", { amount: { $gt: 100, $lt: 121 } }, true],
    ["$gte at the border", { amount: { $gte: 120 } }, true],
    ["$lte below it", { amount: { $lte: 119 } }, false],
    ["texts compare as texts, and so do times", { at: { $gte: "2026-03-01T00:00:00.000Z", $lt: "2026-03-02" } }, true],
    ["a text never compares with a number", { status: { $gt: 0 } }, false],
    ["$contains in a list", { tags: { $contains: "vip" } }, true],
    ["$contains in a text", { "customer.name": { $contains: "Love" } }, true],
    ["$contains elsewhere", { amount: { $contains: 1 } }, false],
    ["$in with null", { note: { $in: [null, "x"] } }, true],
    ["$nin", { status: { $nin: ["open"] } }, true],
    ["$exists says no to null", { note: { $exists: true } }, false],
    ["$exists: false of null", { note: { $exists: false } }, true],
    ["$eq null", { note: { $eq: null } }, true],
  ])("%s", (_, filter, expected) => {
    expect(faultOf(filter)).toBeNull();
    expect(matchesFilter(filter, order)).toBe(expected);
  });

  it("a field that is missing fits only null, $exists: false, $ne and $nin", () => {
    const fitting = [null, { $exists: false }, { $ne: 1 }, { $nin: [1] }, { $changed: false }];
    const others = ["", 0, false, ["x"], { $eq: null }, { $in: [null] }, { $exists: true }, { $gt: 0 }, { $lte: "z" }, { $contains: "x" }, { $changed: true }];
    expect(fitting.filter((value) => !matchesFilter({ gone: value } as EventFilter, order))).toEqual([]);
    expect(others.filter((value) => matchesFilter({ gone: value } as EventFilter, order))).toEqual([]);
  });

  it("$changed asks what an update changed, nested fields too", () => {
    const before = { status: "open", customer: { name: "Ada" } };
    expect(matchesFilter({ status: { $changed: true, $eq: "paid" }, amount: { $changed: false } }, order, before)).toBe(true);
    expect(matchesFilter({ "customer.name": { $changed: true }, customer: { address: { $changed: false } } }, order, before)).toBe(true);
    expect(matchesFilter({ status: { $changed: true } }, order)).toBe(false);
  });
});

describe("a faulty filter", () => {
  it.each<[string, unknown, string]>([
    ["is no object", [], "the filter has to be an object"],
    ["has a comparison that there is not", { a: { $regex: "x" } }, "a: there is no comparison $regex"],
    ["mixes comparisons and fields", { a: { $gt: 1, b: 2 } }, "a: there is no comparison b"],
    ["compares with a list", { a: { b: { $gt: [1] } } }, "a.b: $gt takes a number or a text"],
    ["has a date", { a: new Date() }, "a cannot be compared with a Date: write dates as ISO 8601 texts"],
    ["has undefined", { a: undefined }, "a cannot be compared with undefined"],
    ["has objects in a list", { a: [{}] }, "the list of a may hold"],
    ["is too deep", { a: { a: { a: { a: { a: { a: { a: { a: { a: { a: 1 } } } } } } } } } }, "is nested more than 8 deep"],
  ])("that %s says so", (_, filter, message) => {
    expect(faultOf(filter)).toContain(message);
    expect(eventFilter.safeParse(filter).success).toBe(false);
  });
});

const scalar = fc.oneof(fc.constantFrom("", "a", "b", "aa"), fc.integer({ min: 0, max: 3 }), fc.boolean());
const field = fc.constantFrom("x", "y", "z");
const json = fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof({ maxDepth: 3 }, scalar, fc.constant(null), fc.array(scalar, { maxLength: 3 }), fc.dictionary(field, tie("value"), { maxKeys: 3 })) })).value;
const comparison = fc.oneof(
  fc.record({ $eq: fc.option(scalar) }),
  fc.record({ $ne: fc.option(scalar) }),
  fc.record({ $in: fc.array(fc.option(scalar), { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(fc.option(scalar), { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $changed: fc.boolean() }),
  fc.record({ $contains: scalar }),
  fc.constantFrom("$gt", "$gte", "$lt", "$lte").chain((name) => fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom("", "a", "b")).map((operand) => ({ [name]: operand }))),
);
const filters = fc.letrec<{ filter: EventFilter }>((tie) => ({
  filter: fc.dictionary(fc.oneof(field, fc.constantFrom("x.y", "x.y.z")), fc.oneof({ maxDepth: 3 }, scalar, fc.constant(null), fc.array(scalar, { maxLength: 3 }), comparison, tie("filter")), { maxKeys: 3 }) as fc.Arbitrary<EventFilter>,
})).filter;

/** The same said naively: every leaf of the filter with its whole path, looked up from the root. */
function naive(filter: EventFilter, data: unknown, changes: unknown, prefix: string[] = []): boolean {
  let all = true;
  const get = (root: unknown, path: string[]): { value?: unknown } => path.reduce<{ value?: unknown }>((at, name) => (typeof at.value === "object" && at.value !== null && Object.keys(at.value).includes(name) ? { value: (at.value as Record<string, unknown>)[name] } : {}), { value: root });
  for (const [name, wanted] of Object.entries(filter)) {
    const path = [...prefix, ...name.split(".")];
    const at = get(data, path);
    const there = "value" in at;
    const { value } = at;
    const ok = ((): boolean => {
      if (wanted === null) return true;
      if (Array.isArray(wanted)) return there && wanted.some((one) => one === value);
      if (typeof wanted !== "object") return there && value === wanted;
      const [operator, operand] = Object.entries(wanted)[0] ?? [];
      if (operator === undefined) return true;
      if (!operator.startsWith("$")) return naive(wanted as EventFilter, data, changes, path);
      const list = operand as unknown[];
      const comparable = there && typeof value === typeof operand && (typeof value === "number" || typeof value === "string");
      const answers: Record<string, () => boolean> = {
        $eq: () => there && value === operand,
        $ne: () => !(there && value === operand),
        $in: () => there && list.some((one) => one === value),
        $nin: () => !(there && list.some((one) => one === value)),
        $exists: () => (there && value !== null) === operand,
        $changed: () => "value" in get(changes, path) === operand,
        $contains: () => there && ((typeof value === "string" && typeof operand === "string" && value.indexOf(operand) >= 0) || (Array.isArray(value) && value.some((one) => one === operand))),
        $gt: () => comparable && (value as number) > (operand as number),
        $gte: () => comparable && !((value as number) < (operand as number)),
        $lt: () => comparable && (value as number) < (operand as number),
        $lte: () => comparable && !((value as number) > (operand as number)),
      };
      return answers[operator]?.() ?? false;
    })();
    all &&= ok;
  }
  return all;
}

describe("any filter", () => {
  it("that has no fault gives what the naive reading gives", () => {
    fc.assert(
      fc.property(filters, json, json, (filter, data, changes) => {
        expect(faultOf(filter)).toBeNull();
        expect(matchesFilter(filter, data, changes)).toBe(naive(filter, data, changes));
      }),
      { numRuns: 3000 },
    );
  });

  it("is judged without throwing, and the schema agrees with the judge", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void expect(eventFilter.safeParse(value).success).toBe(faultOf(value) === null)));
  });

  it("passes the schema unchanged", () => {
    fc.assert(fc.property(filters, (filter) => void expect(eventFilter.parse(filter)).toEqual(filter)));
  });
});
