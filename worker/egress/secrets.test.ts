import { beforeEach, describe, expect, it } from "vitest";
import type { TenantDb } from "../../db/tenant-db.ts";
import { secretReference } from "../../sdk/schema/secret-reference.ts";
import { currentDataKey, type Vault } from "../auth/data-keys.ts";
import { sealSecret } from "../auth/vault.ts";
import { parseHostList } from "./host-list.ts";
import type { Hop } from "./redirect.ts";
import { SecretAudit } from "./secrets-audit.ts";
import { SecretDoor } from "./secrets.ts";
import { SecretList, type TenantSecret } from "./secrets-list.ts";
import { tagOf } from "./secrets-tag.ts";

interface Event {
  action: string;
  actor_id: string | null;
  entity_id: string | null;
  after: { name: string; reason?: string; more?: string };
}

let vault: Vault;
let events: Event[];
let tenants = 0;

/** As much of a tenant's database as keys and the audit log need. */
function memory(tenant: string): TenantDb {
  const keys = new Map<string, { id: string }>();
  const done = Promise.resolve();
  const db = {
    tenant,
    select: async () => [...keys.values()],
    first: async () => keys.get(tenant) ?? null,
    insert: (_table: unknown, row: Event) => (events.push(row), done),
    upsert: (_table: unknown, row: { id: string }) => (keys.has(row.id) || keys.set(row.id, { ...row, tenant_id: tenant } as never), done),
  };
  return db as unknown as TenantDb;
}

beforeEach(() => {
  events = [];
  vault = { db: memory(`tenant-${++tenants}`), env: { MASTER_KEY: btoa("0123456789abcdef0123456789abcdef") } };
});

const asking = { execution: "e1", workflow: "invoice", step: "send-1" };

async function secret(name: string, value: string, hosts: string, workflow = ""): Promise<TenantSecret> {
  const id = `${name}-${workflow}`;
  return { id, name, workflow, hosts: parseHostList(hosts, "hosts", true), sealed: await sealSecret(vault, await currentDataKey(vault, 1), id, value) };
}

function door(list: TenantSecret[], { later = list, as = asking, now = 1 }: { later?: TenantSecret[]; as?: typeof asking; now?: number } = {}): SecretDoor {
  const audit = new SecretAudit(vault.db, now, () => undefined);
  return new SecretDoor({ vault, asking: as, list: new SecretList(list), reload: async () => new SecretList(later), audit, now });
}

async function hop(url: string, name = "KEY"): Promise<Hop> {
  return { url: new URL(url), method: "GET", headers: new Headers({ "x-key": secretReference(name, await tagOf(vault, { execution: "e1", workflow: "invoice" }, 1)) }), body: null };
}

const sent = async (through: SecretDoor, url: string, name?: string): Promise<string | null> => (await through.put(await hop(url, name), "public")).headers.get("x-key");

describe("a secret", () => {
  it.each([
    ["api.example.com", ["https://api.example.com/", "https://API.example.com.:8443/x"], ["https://example.com/", "https://x.api.example.com/", "https://api.example.com.evil.example/"]],
    ["*.example.com", ["https://a.example.com/", "https://a.b.example.com/"], ["https://example.com/", "https://aexample.com/"]],
    ["api.example.com:8443", ["https://api.example.com:8443/"], ["https://api.example.com/"]],
  ])("for %s goes there and nowhere else", async (hosts, good, bad) => {
    const through = door([await secret("KEY", "the value", hosts)]);
    for (const url of good) expect(await sent(through, url), url).toBe("the value");
    for (const url of bad) await expect(sent(through, url), url).rejects.toThrow(`may not be sent to ${new URL(url).host}`);
  });

  it("goes over https, without it only to hosts that the operator lists", async () => {
    const through = door([await secret("KEY", "the value", "api.example.com")]);
    await expect(sent(through, "http://api.example.com/")).rejects.toThrow("over https only");
    expect((await through.put(await hop("http://api.example.com/"), "operator")).headers.get("x-key")).toBe("the value");
  });

  it("of the workflow stands over the tenant's, and another workflow's is none", async () => {
    const through = door([await secret("KEY", "the tenant's", "a.example"), await secret("KEY", "invoice's", "a.example", "invoice"), await secret("OTHER", "the other's", "a.example", "other")]);
    expect(await sent(through, "https://a.example/")).toBe("invoice's");
    await expect(sent(through, "https://a.example/", "OTHER")).rejects.toThrow("there is no secret OTHER for the workflow invoice");
  });

  it("that has just been set, or may just go to this host, is found", async () => {
    const later = [await secret("KEY", "the value", "a.example,b.example")];
    expect(await sent(door([], { later }), "https://a.example/")).toBe("the value");
    expect(await sent(door([await secret("KEY", "the value", "a.example")], { later }), "https://b.example/")).toBe("the value");
  });

  it("is refused when the reference is another execution's or workflow's, or nobody says whose", async () => {
    const list = [await secret("KEY", "the value", "a.example")];
    for (const as of [{ ...asking, execution: "e2" }, { ...asking, workflow: "other" }, { ...asking, execution: null, workflow: null } as never]) await expect(sent(door(list, { as }), "https://a.example/")).rejects.toThrow("is not of this execution");
  });

  it("that does not open lets nothing through, in either direction, and is not shown", async () => {
    const broken = door([{ ...(await secret("KEY", "the value", "a.example")), id: "another" }]);
    await expect(sent(broken, "https://a.example/")).rejects.toThrow("could not be opened");
    await expect(broken.clean(new Response("x"), new URL("https://a.example/"))).rejects.toThrow("could not be opened");
  });
});

describe("an answer", () => {
  it("from a host of any secret comes without it, one from elsewhere as it is", async () => {
    const through = door([await secret("KEY", "the value", "*.example.com"), await secret("OTHER", "another value", "api.example.com", "other")]);
    const body = "the value, another value";
    const clean = async (url: string): Promise<string> => (await through.clean(new Response(body), new URL(url))).text();
    expect(await clean("https://api.example.com/")).toBe("[secret:KEY], [secret:OTHER]");
    expect(await clean("https://b.example.com/")).toBe("[secret:KEY], another value");
    const untouched = new Response(body);
    expect(await through.clean(untouched, new URL("https://example.org/"))).toBe(untouched);
  });
});

describe("the audit log", () => {
  it("has a use once for each execution and secret, over all its requests", async () => {
    const list = [await secret("KEY", "the value", "a.example"), await secret("KEY2", "the value 2", "a.example")];
    for (const name of ["KEY", "KEY2", "KEY", "KEY"]) await sent(door(list), "https://a.example/", name);
    expect(events).toEqual([
      expect.objectContaining({ action: "secret.use", actor_kind: "execution", actor_id: "e1", entity_id: "KEY-", after: { name: "KEY", host: "a.example", workflow_id: "invoice", step: "send-1" } }),
      expect.objectContaining({ action: "secret.use", entity_id: "KEY2-" }),
    ]);
  });

  it("has each refusal up to a limit for the execution, and one for the tenant where executions are made up", async () => {
    const refuse = (execution: string, now = 1) => sent(door([], { as: { ...asking, execution }, now }), "https://a.example/").catch(() => undefined);
    for (let count = 0; count < 30; count++) await refuse("e1");
    expect(events).toHaveLength(20);
    expect(events.map(({ after }) => after.more)).toEqual([...Array.from({ length: 19 }), "further refusals are not recorded"]);
    for (let count = 0; count < 300; count++) await refuse(`made-up-${count}`);
    expect(events).toHaveLength(190);
    await refuse("a minute later", 70_000);
    expect(events).toHaveLength(191);
  });
});
