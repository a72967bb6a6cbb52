/**
 * Every route of the document, sent what nobody should send. `FUZZ_SEED` and `FUZZ_RUNS`
 * change what is tried and how much of it; without them each run tries the same.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BodyIn, fittingBody, neededQuery } from "../matrix/asking.ts";
import { type Admitted, entitled } from "../matrix/callers.ts";
import { address, type Operation, placesIn, readOperations } from "../matrix/document.ts";
import { keptOf } from "../matrix/frozen.ts";
import { type Ground } from "../matrix/ground.ts";
import { env, openLab } from "../matrix/lab.ts";
import { samplesFor } from "../matrix/samples.ts";
import { openWorld, type World } from "../matrix/world.ts";
import { hostileText, mutated, mutation } from "./hostile.ts";
import { type Raw, rawAround, rawBodies, requestOf } from "./raw.ts";
import { judged } from "./verdict.ts";

const { FUZZ_SEED, FUZZ_RUNS } = env as unknown as Record<string, string | undefined>;
const seed = Number(FUZZ_SEED ?? 20_261_121);
const numRuns = Number(FUZZ_RUNS ?? 10);
/** Asked for in numbers, all of it is tried, however long it takes; else a slow machine tries less. */
const thorough = FUZZ_RUNS !== undefined;
const limits = { seed, numRuns, ...(thorough ? {} : { interruptAfterTimeLimit: 6000 }) };
const timeout = thorough ? 30_000 + numRuns * 500 : 60_000;
/** Each route gets another part of what is wrong for all of them alike. */
const share = (all: readonly Raw[], operation: Operation): readonly Raw[] => (thorough ? all : all.filter((_, index) => (index + operations.indexOf(operation)) % 4 === 0));

const lab = openLab();
const operations = await readOperations(lab);
const listed = (some: readonly Operation[]) => some.map((operation) => [`${operation.method} ${operation.paths[0]}`, operation] as const);
const bodies = new Map<Operation, Promise<BodyIn>>();

let world: World;
let before: Awaited<ReturnType<typeof keptOf>>;
let requests = 0;

beforeAll(async () => {
  world = await openWorld(lab);
  before = await keptOf(world.ada, [world.samples["executions"] ?? ""]);
});

afterAll(() => {
  console.log(`fuzz: ${operations.length} routes, ${requests} requests, seed ${seed}`);
});

async function bodyIn(operation: Operation, ground: Ground): Promise<unknown> {
  const make = bodies.get(operation) ?? fittingBody(operation, lab, world.playground, entitled);
  bodies.set(operation, make);
  return (await make)(ground);
}

interface Stage {
  ground: Ground;
  caller: Admitted;
  /** Of the parameters, all of them there. */
  values: Record<string, string>;
}

/** Somebody who may, and what they may do it to. */
async function stageOf(operation: Operation): Promise<Stage> {
  const ground = await world.playground();
  const caller = await entitled(operation, ground)[0]?.();
  if (!caller) throw new Error(`nobody may ${operation.id}`);
  return { ground, caller, values: { ...neededQuery(operation), ...(await samplesFor(operation, ground, caller.person)) } };
}

const credential = ({ credential }: Admitted): Record<string, string> => (credential === null ? {} : { authorization: `Bearer ${credential}` });

async function send(raw: Raw, what: string): Promise<void> {
  const request = requestOf(raw);
  if (!request) return;
  requests++;
  const { status, text } = await judged(lab, request, { method: raw.method, address: raw.address, what: `${raw.name} ${what}` });
  if (raw.answers) expect(raw.answers, `${raw.name}: ${raw.method} ${raw.address.slice(0, 200)} → ${text.slice(0, 300)}`).toContain(status);
}

/** Held open as long as was asked for: that is no hang. */
function impatient<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (name, one: unknown) => (name === "wait" && (one === true || typeof one === "number") ? 1 : one)) as T;
}

/** Says what was sent and what came, not the whole of what was tried. */
async function holds<T>(property: fc.IAsyncProperty<T>): Promise<void> {
  const { failed, errorInstance, counterexamplePath } = await fc.check(property, limits);
  if (!failed) return;
  const { message } = errorInstance instanceof Error ? errorInstance : { message: String(errorInstance) };
  throw new Error(`${message}\n(FUZZ_SEED=${seed}, path ${counterexamplePath})`);
}

describe("a body", () => {
  it.each(listed(operations.filter((one) => one.body !== null)))("%s: may be anything", async (_, operation) => {
    const stage = await stageOf(operation);
    const fine = await bodyIn(operation, stage.ground);
    const { properties = {} } = operation.body?.oneOf?.[0] ?? operation.body ?? {};
    await holds(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const body = JSON.stringify(impatient(mutated(fine, Object.keys(properties), mutations)));
        await send({ name: "body", method: operation.method, address: address(operation, operation.paths[0] ?? "", stage.values), headers: { "content-type": "application/json", ...credential(stage.caller) }, body }, body);
      }),
    );
  }, timeout);

  it.each(listed(operations.filter((one) => one.method !== "GET")))("%s: may be no JSON at all", async (_, operation) => {
    const { caller, ground, values } = await stageOf(operation);
    const body = operation.body ? JSON.stringify(await bodyIn(operation, ground)) : null;
    const target = { method: operation.method, address: address(operation, operation.paths[0] ?? "", values), headers: credential(caller), body, maxBytes: operation.maxBytes };
    for (const raw of share(rawBodies(target, operation.body !== null), operation)) await send(raw, raw.name);
  }, timeout);
});

describe("an address", () => {
  it.each(listed(operations.filter(({ parameters }) => parameters.length > 0)))("%s: may have anything in its parameters", async (_, operation) => {
    const { caller, ground, values } = await stageOf(operation);
    const body = operation.body ? { body: JSON.stringify(await bodyIn(operation, ground)) } : {};
    const names = operation.parameters.map(({ name }) => name).filter((name) => name !== "wait");
    await holds(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(100), hostileText), { minLength: 1, maxLength: 3 }), async (changes) => {
        const odd = Object.fromEntries(changes.map(([which, text]) => [names[which % names.length] ?? "", text.toWellFormed().slice(0, 20_000)]));
        await send({ name: "parameters", method: operation.method, address: address(operation, operation.paths[0] ?? "", { ...values, ...odd }), headers: { "content-type": "application/json", ...credential(caller) }, ...body }, JSON.stringify(odd));
      }),
    );
  }, timeout);
});

describe("what is around it", () => {
  it.each(listed(operations))("%s: may have odd paths, methods and headers", async (_, operation) => {
    const { caller, ground, values } = await stageOf(operation);
    const body = operation.body ? JSON.stringify(await bodyIn(operation, ground)) : null;
    const target = { method: operation.method, address: address(operation, operation.paths[0] ?? "", values), headers: credential(caller), body, maxBytes: operation.maxBytes };
    for (const raw of share(rawAround(target), operation)) await send(raw, raw.name);
  }, timeout);

  const undocumented = lab.routes.filter((route) => !operations.some(({ method, paths }) => paths.some((path) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}` === route)));
  it.each(undocumented)("%s: may be anything", async (route) => {
    const [method = "", path = ""] = route.split(" ");
    const known: Record<string, string> = { tenant: world.bob.slug, path: "nothing" };
    const target = { method, address: path.replaceAll(/:(\w+)/g, (_, name: string) => known[name] ?? "x"), headers: {}, body: method === "GET" ? null : "{}", maxBytes: 1024 * 1024 };
    for (const raw of [...rawAround(target), ...rawBodies(target, false)]) await send({ ...raw, answers: undefined }, raw.name);
  }, timeout);
});

describe("afterwards", () => {
  it("the world goes on, and nobody else's has changed", async () => {
    expect(await keptOf(world.ada, [world.samples["executions"] ?? ""])).toEqual(before);
    expect((await world.ada.call("GET", "/workflows")).status).toBe(200);
    expect(await world.ada.make("POST", "/workflows/finishing/execute", { wait: 10_000 })).toMatchObject({ status: "completed" });
    expect((await (await world.playground()).call("GET", "/executions")).status).toBe(200);
  });

  it("routes over things are among those that were tried", () => {
    expect(operations.filter(({ paths: [path = ""] }) => placesIn(path).length > 0).length).toBeGreaterThan(20);
  });
});
