/**
 * Every route of the document, asked by everybody. Who is let in, who is refused and what they
 * are told follows from whom the route is for (`x-auth`, `x-permission`) and from the roles:
 * there is no list of routes here.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPermission } from "../../worker/auth/permissions.ts";
import { Asking, type BodyIn, fittingBody, neededQuery, sameBut } from "./asking.ts";
import { type Caller, entitled, type Refused, unentitled, worthless } from "./callers.ts";
import { changes, type Operation, placesIn, readOperations } from "./document.ts";
import { keptOf } from "./frozen.ts";
import { foreignBodies, foreignQueries } from "./foreign.ts";
import type { Ground } from "./ground.ts";
import { openLab } from "./lab.ts";
import { type Hearer, Leaks } from "./leaks.ts";
import { kindOf, samplesFor } from "./samples.ts";
import { openWorld, type World } from "./world.ts";

const lab = openLab();
const operations = await readOperations(lab);
const listed = (some: readonly Operation[]) => some.map((operation) => [`${operation.method} ${operation.paths[0]}`, operation] as const);
const closed = operations.filter(({ auth }) => auth !== "public");

let world: World;
let asking: Asking;
let anyone: Refused[];

beforeAll(async () => {
  world = await openWorld(lab);
  anyone = await worthless(world);
  asking = new Asking(lab, new Leaks(world, await kept()));
});

afterAll(() => {
  console.log(`isolation matrix: ${operations.reduce((sum, { paths }) => sum + paths.length, 0)} routes, ${asking.cases} cases`);
});

/** When all that has happened has been told: that changes rows of its own accord. */
const kept = async () => {
  await world.ada.toldAll();
  return keptOf(world.ada, [world.samples["executions"] ?? ""]);
};
/** As it is, read only where something was added since the last time. */
let last: { writes: number; rows: ReturnType<typeof kept> } | null = null;
function keptBefore(): ReturnType<typeof kept> {
  if (last?.writes !== world.ada.writes) last = { writes: world.ada.writes, rows: kept() };
  return last.rows;
}
/** Nothing of Ada's has changed since. */
async function mustBeAs(before: Awaited<ReturnType<typeof kept>>, what: string): Promise<void> {
  last = null;
  const after = await kept();
  last = { writes: world.ada.writes, rows: Promise.resolve(after) };
  expect(after, what).toEqual(before);
}
const kindsIn = ({ paths: [path = ""] }: Operation) => placesIn(path).map(({ after }) => kindOf(after));
/** What Ada's own things are called in the path. */
const adas = (operation: Operation): Record<string, string> => ({ ...neededQuery(operation), ...Object.fromEntries(placesIn(operation.paths[0] ?? "").map(({ name, after }) => [name, world.samples[after] ?? ""])) });

const bodies = new Map<Operation, Promise<BodyIn>>();
async function bodyOf(operation: Operation, ground: Ground): Promise<unknown> {
  const make = bodies.get(operation) ?? fittingBody(operation, lab, world.playground, entitled);
  bodies.set(operation, make);
  return (await make)(ground);
}

interface Round<C extends Caller> {
  operation: Operation;
  /** Who hears as who does not belong to Ada's, unless it says otherwise. */
  callers: readonly (C & { hearer?: Hearer })[];
  judge(status: number, code: unknown, caller: C, what: string): void;
}

/** Asks for Ada's own at every path, in everybody's name; nothing of hers may change by it. */
async function askAll<C extends Caller>({ operation, callers, judge }: Round<C>): Promise<void> {
  const [values, body] = [adas(operation), await bodyOf(operation, world.ada)];
  const before = await keptBefore();
  for (const path of operation.paths) {
    await Promise.all(
      callers.map(async (caller) => {
        const { status, json } = await asking.ask({ operation, path, values, body, hearer: "outside", ...caller });
        judge(status, json?.["code"], caller, `${caller.name}: ${operation.method} ${path}`);
      }),
    );
  }
  // To begin a sign-in is to be remembered, which is no change of anything.
  if (operation.auth !== "public") await mustBeAs(before, operation.id);
}

const isLetIn = (status: number, code: unknown): boolean => status !== 403 && code !== "unauthorized" && code !== "token-expired";

describe("the document", () => {
  it("names all that the app answers to under /api", () => {
    const known = new Set(operations.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`)));
    expect(lab.routes.filter((route) => route.includes(" /api/") && !known.has(route))).toEqual(["GET /api/v1/openapi.json"]);
  });

  it.each(listed(operations))("says of %s who may, and has a sample of what it is about", (_, operation) => {
    expect(["public", "user", "tenant", "operator"]).toContain(operation.auth);
    expect(isPermission(operation.permission ?? "")).toBe(operation.auth === "tenant");
    kindsIn(operation);
  });
});

describe("who may not", () => {
  it.each(listed(closed))("%s: is told so, and changes nothing", async (_, operation) => {
    const callers = [...anyone, ...(await unentitled(operation, world.ada))];
    await askAll({ operation, callers, judge: (_status, code, caller, what) => expect(code, what).toBe(caller.code) });
  });

  it.each(listed(closed.filter((one) => one.auth === "tenant")))("%s: is whoever has no second factor where it is asked for, and whoever would change a suspended tenant", async (_, operation) => {
    const strict = { name: "without a second factor", credential: (await world.strict.person("admin")).token };
    const suspended = [{ name: "a suspended tenant's admin", credential: (await world.suspended.person("admin")).token }, { name: "a suspended tenant's key", credential: world.suspended.key }];
    await askAll({ operation, callers: [strict], judge: (_status, code, _caller, what) => expect(code, what).toBe("mfa-required") });
    await askAll({ operation, callers: operation.peopleOnly ? suspended.slice(0, 1) : suspended, judge: (status, code, _caller, what) => (changes(operation) ? expect(code, what).toBe("tenant-suspended") : expect(isLetIn(status, code), what).toBe(true)) });
  });
});

describe("who may", () => {
  it.each(listed(operations.filter((one) => !changes(one))))("%s: sees it, and nothing that is masked or secret", async (_, operation) => {
    const callers = await Promise.all(entitled(operation, world.ada).map((make) => make()));
    const most = operation.auth === "public" ? 499 : 299;
    await askAll({ operation, callers, judge: (status, code, _caller, what) => expect(isLetIn(status, code) && status <= most, `${what}: ${status}`).toBe(true) });
  });

  it.each(listed(operations.filter(changes)))("%s: is let in", async (_, operation) => {
    const count = entitled(operation, world.ada).length;
    for (let turn = 0; turn < count; turn++) {
      // One handler is at all of the paths: the first caller shows that each leads to it.
      for (const path of turn === 0 ? operation.paths : operation.paths.slice(0, 1)) {
        const ground = await world.playground();
        const caller = await entitled(operation, ground)[turn]?.();
        if (!caller) continue;
        const values = { ...neededQuery(operation), ...(await samplesFor(operation, ground, caller.person)) };
        const { status, text, json } = await asking.ask({ operation, path, values, body: await bodyOf(operation, ground), ...caller, hearer: operation.auth === "operator" ? "inside" : "outside" });
        expect(isLetIn(status, json?.["code"]), `${caller.name}: ${operation.method} ${path}: ${text}`).toBe(true);
        if (path.includes("{")) expect(status, `${caller.name}: ${operation.method} ${path}: ${text}`).not.toBe(404);
      }
    }
  });
});

describe("another tenant", () => {
  const bobs = async (): Promise<Caller[]> => [{ name: "Bob's admin", credential: (await world.bob.person("admin")).token }, { name: "Bob's key", credential: world.bob.key }];

  it.each(listed(closed.filter((one) => one.auth === "tenant" && placesIn(one.paths[0] ?? "").length > 0)))("%s: does not find Ada's, and changes nothing", async (_, operation) => {
    const chosen = kindsIn(operation).every((kind) => kind.chosen);
    // Names that tenants choose may be Bob's too: then he finds his own.
    await askAll({ operation, callers: (await bobs()).slice(0, operation.peopleOnly ? 1 : 2), judge: (status, _code, _caller, what) => expect(chosen && status < 300 ? 404 : status, what).toBe(404) });
  });

  it.each(listed(closed.filter((one) => one.auth === "tenant" && kindsIn(one).some((kind) => !kind.chosen))))("%s: is answered as if there were no such thing", async (_, operation) => {
    const [name = ""] = placesIn(operation.paths[0] ?? "").map((place) => place.name);
    const theirs = adas(operation);
    const missing = { ...theirs, [name]: `${theirs[name]?.slice(0, -12)}${crypto.randomUUID().slice(-12)}` };
    const [caller = { name: "", credential: null }] = await bobs();
    const question = { operation, path: operation.paths[0] ?? "", body: await bodyOf(operation, world.ada), ...caller, hearer: "outside" as const };
    const [one, other] = [await asking.ask({ ...question, values: theirs }), await asking.ask({ ...question, values: missing })];
    expect(sameBut(one, theirs[name] ?? "")).toEqual(sameBut(other, missing[name] ?? ""));
  });

  it.each(listed(closed.filter((one) => one.auth === "user" && kindsIn(one).length > 0)))("%s: is for one's own alone, in the same tenant too", async (_, operation) => {
    const callers = [...(await bobs()).slice(0, 1), { name: "a colleague", credential: (await world.ada.person("admin")).token }];
    await askAll({ operation, callers, judge: (status, _code, _caller, what) => expect(status, what).toBe(404) });
  });

  it.each(listed(closed.filter((one) => one.auth === "user")))("%s: reaches nothing at Ada's of somebody for whom only a provider of Bob's speaks", async (_, operation) => {
    const person = await world.ada.newPerson("admin");
    const { token } = await world.bob.join("admin", person, "sso");
    const [own, plain] = [await samplesFor(operation, world.ada, person), await bodyOf(operation, world.bob)];
    const before = await keptBefore();
    const foreign = foreignBodies(operation, plain, world.samples);
    for (const { body, must } of [{ body: plain, must: "hush" }, ...foreign]) {
      const { status, text } = await asking.ask({ operation, path: operation.paths[0] ?? "", values: own, body, name: "by a provider", credential: token, hearer: "outside", known: person.id });
      if (must === "refuse") expect(status, `${JSON.stringify(body)} ${text}`).toBeGreaterThanOrEqual(400);
    }
    await mustBeAs(before, operation.id);
  });

  it.each(listed(closed.filter((one) => !changes(one) && one.auth !== "operator")))("%s: shows nothing of Ada's, whatever is searched, filtered or turned over", async (_, operation) => {
    const [caller = { name: "", credential: null }] = await bobs();
    const own = { ...neededQuery(operation), ...(await samplesFor(operation, world.bob, await world.bob.person("admin"))) };
    for (const values of [{}, ...(await foreignQueries(operation, world))]) await asking.ask({ operation, path: operation.paths[0] ?? "", values: { ...own, ...values }, ...caller, hearer: "outside" });
  });

  it.each(listed(closed.filter((one) => one.body !== null && one.auth !== "operator")))("%s: takes nothing of Ada's in its body", async (_, operation) => {
    const before = await keptBefore();
    const [caller = { name: "", credential: null }] = await bobs();
    for (const { body, must } of foreignBodies(operation, await bodyOf(operation, world.bob), world.samples)) {
      const values = await samplesFor(operation, world.bob, await world.bob.person("admin"));
      const { status, text } = await asking.ask({ operation, path: operation.paths[0] ?? "", values, body, ...caller, hearer: "outside" });
      if (must === "refuse") expect(status, `${JSON.stringify(body)} ${text}`).toBeGreaterThanOrEqual(400);
    }
    await mustBeAs(before, operation.id);
  });
});
