import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import { formsOf } from "../../worker/egress/secrets-forms.ts";
import { Reflector } from "../support/reflector.ts";
import { Ground } from "./ground.ts";

const value = "sk_live_4eC39HqLyjWDarjtT1zdp7dc";
const valueOfOther = "only-for-the-workflow-other-+/=";
const valueOfAlice = "alice-has-a-secret-of-her-own";
const values = [value, valueOfOther, valueOfAlice];

let ground: Ground;
/** A host that mallory's secret may be sent to. */
let allowed: Reflector;
/** Reachable, but no host of the secret. */
let elsewhere: Reflector;
/** Everything that mallory has seen or could see. */
const shown: unknown[] = [];

/** `$KEY` in `url` and `init` stands for the reference, `$BASIC` for it in Basic credentials. */
const ask = (id: string): string => `workflow("${id}", async ({ input, step, secrets }) => step.do("ask", { retries: { limit: 0 } }, async () => {
  const reference = input.reference ?? secrets[input.name ?? "KEY"];
  const fill = (text) => text.replaceAll("$KEY", reference).replaceAll("$BASIC", btoa("user:" + reference));
  let seen = { reference };
  try {
    const response = await fetch(fill(input.url), JSON.parse(fill(JSON.stringify(input.init ?? {}))));
    seen = { ...seen, status: response.status, statusText: response.statusText, url: response.url, headers: [...response.headers], text: await response.text() };
  } catch (error) {
    seen = { ...seen, code: error.code, message: error.message };
  }
  console.log("seen", JSON.stringify(seen));
  if (input.fail) throw new Error("failed with " + seen.text);
  return seen;
}))`;
const code = `const workflow = (id, handler) => ({ [Symbol.for("everstep.workflow")]: 1, id, options: { id }, handler });
export const attack = ${ask("attack")};
export const other = ${ask("other")};
export const look = workflow("look", async ({ step, secrets, vars }) => {
  const reference = secrets.KEY;
  return {
    text: String(reference), json: JSON.stringify([secrets, reference, vars]), characters: [...reference].join(" "), names: Object.keys(secrets), inspected: String(Object.getOwnPropertyDescriptor(secrets, "KEY")?.value),
    step: await step.do("in a step", () => ({ reference })), environment: JSON.stringify([{ ...process.env }, Object.keys(globalThis)]),
  };
});`;

interface Seen {
  reference: string;
  text?: string;
  code?: string;
  message?: string;
  url?: string;
}

/** Runs one of mallory's workflows; whatever it shows, in its log too, is kept in `shown`. */
async function run(input: object, workflow = "attack", tenant = ground.mallory): Promise<ExecutionView> {
  const execution = await tenant.expect(tenant.post<ExecutionView>(`/workflows/${workflow}/execute`, { input, wait: 30_000 }), 200);
  shown.push(execution, (await tenant.get(`/executions/${execution.id}/logs`)).body);
  return execution;
}
const attack = async (input: object): Promise<Seen> => (await run(input)).output as unknown as Seen;
const post = (body: string, headers: Record<string, string> = {}) => ({ method: "POST", headers: { "content-type": "text/plain", ...headers }, body });

beforeAll(async () => {
  [allowed, elsewhere] = await Promise.all([Reflector.open(), Reflector.open()]);
  ground = await Ground.open({ egressAllow: `${allowed.host},${elsewhere.host}` });
  for (const tenant of [ground.mallory, ground.alice]) await tenant.deploy({ main: "secrets.js", modules: { "secrets.js": code }, sources: {} });
  const set = async (tenant: typeof ground.mallory, body: object): Promise<void> => void shown.push(await tenant.expect(tenant.post("/variables", { type: "secret", hosts: [allowed.host], ...body }), 201));
  await set(ground.mallory, { name: "KEY", value });
  await set(ground.mallory, { name: "OTHER", value: valueOfOther, workflow_id: "other" });
  await set(ground.alice, { name: "ALICE", value: valueOfAlice });
}, 120_000);
afterAll(async () => {
  await ground?.close();
  await Promise.all([allowed?.close(), elsewhere?.close()]);
});

const lastSeen = (): string => allowed.seen.at(-1) ?? "";

describe("a secret is sent", () => {
  test("from a path, a query, a header, Basic credentials and bodies, and comes back from none of them", { timeout: 60_000 }, async () => {
    for (const [url, init, sent] of [
      ["/plain/$KEY/x", {}, value],
      ["/plain?key=$KEY", {}, value],
      ["/plain", { headers: { authorization: "Bearer $KEY" } }, `Bearer ${value}`],
      ["/plain", { headers: { authorization: "Basic $BASIC" } }, btoa(`user:${value}`)],
      ["/plain", post('{"key":"$KEY"}', { "content-type": "application/json" }), `{"key":"${value}"}`],
      ["/plain", post("key=$KEY", { "content-type": "application/x-www-form-urlencoded" }), `key=${value}`],
    ] as const) {
      const seen = await attack({ url: allowed.url + url, init });
      expect(lastSeen(), url).toContain(sent);
      expect(seen.text, url).toContain("[secret:KEY]");
    }
  });

  test("to the workflow it is for alone", async () => {
    expect((await run({ url: `${allowed.url}/plain`, name: "OTHER", init: { headers: { "x-key": "$KEY" } } }, "other")).output).toMatchObject({ status: 200 });
    expect(lastSeen()).toContain(valueOfOther);
  });
});

describe("the value of a secret is not seen", () => {
  test("by code that looks at everything it is given", async () => {
    const { output } = await run({}, "look");
    expect(output).toMatchObject({ text: expect.stringMatching(/^everstep-secret\.KEY\.[\w-]{22}$/), names: [], inspected: "undefined" });
  });

  test.each(["/plain", "/base64", "/base64-shifted", "/hex", "/url", "/json", "/gzip", "/slowly"])("in an answer of the form %s", async (path) => {
    const { text } = await attack({ url: allowed.url + path, init: post("some text $KEY and more") });
    expect(lastSeen()).toContain(value);
    expect(text).toMatch(/\[secret:KEY]|W3NlY3JldDpLRVld/);
  });

  test("in headers, their names and the status text", async () => {
    const seen = await attack({ url: `${allowed.url}/headers`, init: post("$KEY") });
    expect(seen).toMatchObject({ statusText: "got [secret:KEY]", headers: expect.arrayContaining([["x-echo", "[secret:KEY]"], ["set-cookie", "key=[secret:KEY]"]]) });
  });

  test("in an answer that cannot be looked through: it is refused", async () => {
    expect(await attack({ url: `${allowed.url}/deflate`, init: post("$KEY") })).toMatchObject({ code: "secret-not-allowed", message: expect.stringContaining('in the encoding "deflate"') });
  });

  test("in an error that quotes the answer", async () => {
    expect(await run({ url: `${allowed.url}/plain?k=$KEY`, fail: true })).toMatchObject({ status: "failed", error: { message: expect.stringContaining("[secret:KEY]") } });
  });

  test("in the address a redirect led to", async () => {
    const seen = await attack({ url: `${allowed.url}/?to=${encodeURIComponent("/plain?again=")}$KEY` });
    expect(lastSeen()).toContain(`/plain?again=${value}`);
    expect(seen.url).toMatch(/\/plain\?again=everstep-secret\.KEY\./);
  });

  test("by a later execution that reads back what the host has kept", async () => {
    await attack({ url: `${allowed.url}/store`, init: post("note: $KEY") });
    expect((await attack({ url: `${allowed.url}/kept` })).text).toBe("note: [secret:KEY]");
    expect((await attack({ url: `${allowed.url}/kept`, init: { headers: { range: "bytes=0-" } } })).text).toBe("note: [secret:KEY]");
  });
});

describe("a secret is refused", () => {
  const refused = { code: "secret-not-allowed" };

  test("to a host that it does not name, wherever it stands", async () => {
    for (const [url, init] of [["/", post("$KEY")], ["/?k=$KEY", {}], ["/", { headers: { authorization: "Basic $BASIC" } }]] as const) {
      expect(await attack({ url: elsewhere.url + url, init })).toMatchObject({ ...refused, message: `the secret KEY may not be sent to ${elsewhere.host}, only to ${allowed.host}` });
    }
    expect(elsewhere.seen).toEqual([]);
  });

  test("when a redirect leads to such a host with it; credentials are left behind there, as in browsers", async () => {
    const through = (status: number): string => `${allowed.url}/?status=${status}&to=${encodeURIComponent(`${elsewhere.url}/redirected`)}`;
    for (const init of [post("$KEY"), { headers: { "x-key": "$KEY" } }]) expect(await attack({ url: through(307), init })).toMatchObject(refused);
    expect(await attack({ url: `${through(302)}${encodeURIComponent("?k=")}$KEY` })).toMatchObject(refused);
    expect(elsewhere.seen).toEqual([]);
    expect(await attack({ url: through(302), init: { headers: { authorization: "Bearer $KEY" } } })).toMatchObject({ status: 200 });
    expect(elsewhere.seen).toEqual([expect.not.stringMatching(/bearer/i)]);
  });

  test("to whoever guesses a reference, or uses that of another execution, workflow or tenant", async () => {
    const sentBy = async (...args: Parameters<typeof run>): Promise<string> => ((await run(...args)).output as unknown as Seen).reference;
    const probe = { url: `${allowed.url}/plain`, init: { headers: { "x-key": "$KEY" } } };
    const references = [
      `everstep-secret.KEY.${"A".repeat(22)}`,
      await sentBy(probe),
      (await sentBy({ ...probe, name: "OTHER" }, "other")),
      (await sentBy({ ...probe, name: "ALICE" }, "attack", ground.alice)),
    ];
    const before = allowed.seen.length;
    for (const reference of references) expect(await attack({ ...probe, reference })).toMatchObject({ ...refused, message: expect.stringContaining("is not of this execution") });
    const forged = { "everstep-workflow": "other", "everstep-execution": "forged" };
    for (const name of ["OTHER", "ALICE"]) {
      expect(await attack({ ...probe, name })).toMatchObject({ ...refused, message: expect.stringContaining(`there is no secret ${name} for the workflow attack`) });
      expect(await attack({ ...probe, name, init: { headers: { ...forged, "x-key": "$KEY" } } })).toMatchObject(refused);
    }
    expect(allowed.seen.slice(before)).toEqual([]);
  });
});

describe("after all of this", () => {
  const files = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile());

  test("no form of a value is in what mallory was shown, in the server's output or in its data", async () => {
    // The audit log is written behind the answers.
    await ground.neighbour();
    await ground.server.kill();
    const places: [string, string][] = [["shown", JSON.stringify(shown)], ["output", ground.server.output], ...files(ground.server.folder).map((path): [string, string] => [path, readFileSync(path, "latin1")])];
    expect(places.length).toBeGreaterThan(5);
    const told = values.flatMap((secret) => formsOf(secret).flatMap((form) => places.filter(([, text]) => text.includes(form)).map(([place]) => [place, form])));
    expect(told).toEqual([]);
  });

  test("the audit log tells of each refused attempt, and of each execution's use once", () => {
    const database = files(join(ground.server.folder, "state")).filter((path) => path.endsWith(".sqlite")).map((path) => new DatabaseSync(path, { readOnly: true })).find((one) => one.prepare("select 1 from sqlite_master where name = 'audit_events'").get());
    const rows = database?.prepare("select action, actor_kind, actor_id, after from audit_events where entity = 'secret' and tenant_id = ?").all(ground.ids.mallory) as { action: string; actor_id: string; after: string }[];
    const refusals = rows.filter(({ action }) => action === "secret.refuse").map(({ after }) => JSON.parse(after) as { name: string; host: string; reason: string; step: string; workflow_id: string });
    expect(refusals.filter(({ host }) => host === elsewhere.host)).toHaveLength(6);
    expect(refusals.filter(({ reason }) => reason.includes("not of this execution"))).toHaveLength(4);
    expect(refusals.filter(({ reason }) => reason.includes("there is no secret"))).toHaveLength(4);
    expect(refusals).toContainEqual(expect.objectContaining({ name: "KEY", step: "ask-1", workflow_id: "attack" }));
    const uses = rows.filter(({ action }) => action === "secret.use").map(({ actor_id, after }) => `${actor_id} ${(JSON.parse(after) as { name: string }).name}`);
    expect(uses.length).toBeGreaterThan(15);
    expect(new Set(uses).size).toBe(uses.length);
  });
});
