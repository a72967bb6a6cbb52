import { env as bindings } from "cloudflare:workers";
import { asc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { dataKeys, variables } from "../../db/schema/variables.ts";
import { tenantDb } from "../../db/tenant-db.ts";
import { insertTenant } from "../../db/tenants.ts";
import type { Env } from "../env.ts";
import { harness } from "../http/testing/harness.ts";
import { currentDataKey, referenceKey, type Vault } from "./data-keys.ts";
import { openSecret, sealSecret } from "./vault.ts";

const env = bindings as unknown as Env;
const h = harness();

async function newVault(): Promise<Vault> {
  const id = crypto.randomUUID();
  await insertTenant(env.DB, { id, slug: id, name: id, created_at: 1 });
  return { db: tenantDb(env.DB, id), env };
}

describe("a tenant's vault", () => {
  it("gives back what was sealed for the same variable, and for no other, not even in another tenant", async () => {
    const [vault, other] = [await newVault(), await newVault()];
    const sealed = await sealSecret(vault, await currentDataKey(vault, 1), "v1", "geheim ✓");
    expect(sealed).not.toContain("geheim");
    expect(await openSecret(vault, "v1", sealed)).toBe("geheim ✓");
    await expect(openSecret(vault, "v2", sealed)).rejects.toThrow("does not open");
    await expect(openSecret(other, "v1", sealed)).rejects.toThrow("there is no data key");
    await expect(openSecret(vault, "v1", "v1.AAAA")).rejects.toThrow("not in a form");
  });

  it("has one first key, however many ask for it at once", async () => {
    const vault = await newVault();
    const keys = await Promise.all(Array.from({ length: 5 }, () => currentDataKey(vault, 1)));
    expect(new Set(keys.map(({ id }) => id))).toEqual(new Set([vault.db.tenant]));
    const sealed = await Promise.all(keys.map((key, number) => sealSecret(vault, key, "v", `value ${number}`)));
    expect(await Promise.all(sealed.map((text) => openSecret(vault, "v", text)))).toEqual(["value 0", "value 1", "value 2", "value 3", "value 4"]);
  });

  it("keeps its data keys sealed under the master key", async () => {
    const vault = await newVault();
    await currentDataKey(vault, 1);
    const [row] = await vault.db.select(dataKeys);
    expect(row?.sealed).toMatch(/^v2\.[\w-]{8}\./);
  });
});

describe("a new data key", () => {
  it("seals all secrets anew, however many; the old one is retired and still opens", async () => {
    const tenant = await h.newTenant();
    const vault = { db: tenantDb(env.DB, tenant.id), env };
    const values = Array.from({ length: 120 }, (_, number) => `secret value ${number}`);
    const first = await currentDataKey(vault, 1);
    const row = async (value: string, number: number) => ({ id: `v${number}-${tenant.id}`, name: `V${number}`, type: "secret" as const, sealed: await sealSecret(vault, first, `v${number}-${tenant.id}`, value), hosts: ["a.example.com"], created_at: 1, updated_at: 1 });
    const rows = await Promise.all(values.map(row));
    await vault.db.batch(rows.map((one) => vault.db.insert(variables, one)));

    const rotated = await tenant.call("POST", "/variables/rotate-key");
    expect(rotated).toMatchObject({ status: 200, body: { secrets: 120, data_key_id: expect.not.stringMatching(first.id) } });
    const now = await vault.db.select(variables, { orderBy: asc(variables.created_at) });
    for (const { id, sealed } of now) {
      expect(sealed).toContain(`k1.${String(rotated.body["data_key_id"])}.`);
      expect(await openSecret(vault, id, sealed ?? "")).toBe(values[Number(/\d+/.exec(id)?.[0])]);
    }
    expect(await openSecret(vault, rows[0]?.id ?? "", rows[0]?.sealed ?? "")).toBe(values[0]);
    expect(await vault.db.first(dataKeys, eq(dataKeys.id, first.id))).toMatchObject({ retired_at: expect.any(Number) });
    expect((await currentDataKey(vault, 1)).id).toBe(rotated.body["data_key_id"]);
  });

  it("leaves the tenant's references as they were", async () => {
    const tenant = await h.newTenant();
    const vault = { db: tenantDb(env.DB, tenant.id), env };
    const sign = async () => new Uint8Array(await crypto.subtle.sign("HMAC", await referenceKey({ db: tenantDb(env.DB, tenant.id), env }, 1), new Uint8Array(1)));
    const before = await sign();
    await tenant.call("POST", "/variables/rotate-key");
    expect(await sign()).toEqual(before);
    expect(await vault.db.count(dataKeys)).toBe(2);
  });
});
