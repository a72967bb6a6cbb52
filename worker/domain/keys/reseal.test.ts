import { describe, expect, it, vi } from "vitest";
import { hooks } from "../../../db/schema/hooks.ts";
import { tenantDb } from "../../../db/tenant-db.ts";
import { insertSigningKey } from "../../../db/signing-keys.ts";
import { currentDataKey } from "../../auth/data-keys.ts";
import { currentPrefix, open, seal } from "../../auth/seal.ts";
import { openSecret, sealSecret } from "../../auth/vault.ts";
import { env, harness } from "../../http/testing/harness.ts";
import { resealUnderCurrentKey } from "./reseal.ts";

const h = harness();
const [older, newer] = [env.MASTER_KEY, btoa("a-newer-master-key-of-32-bytes!!")];
const rotated = { ...env, MASTER_KEY: newer, MASTER_KEY_PREVIOUS: older };
const after = { ...env, MASTER_KEY: newer };

describe("what was sealed under the previous master key", () => {
  it("opens while that is given, and in the older form too, which names no key", async () => {
    const sealed = await seal(older, "text", ["a"]);
    const first = `v1.${sealed.split(".")[2]}`;
    for (const text of [sealed, first]) {
      expect(await open(rotated, text, ["a"])).toBe("text");
      await expect(open(after, text, ["a"])).rejects.toThrow("MASTER_KEY_PREVIOUS");
      await expect(open(rotated, text, ["b"])).rejects.toThrow("does not open");
    }
    expect(await seal(rotated, "text", ["a"])).toContain(await currentPrefix(newer));
  });

  it("is sealed under the current one, all of it, round by round; then the previous one is not needed", async () => {
    const logged = vi.spyOn(console, "info").mockImplementation(() => {});
    const tenant = await h.newTenant();
    const db = tenantDb(env.DB, tenant.id);
    const secret = await sealSecret({ db, env }, await currentDataKey({ db, env }, 1), "v", "a secret");
    const hook = async (number: number) => db.insert(hooks, { path: `h${number}`, scheme: "github", secret_encrypted: await seal(older, `hook ${number}`, ["hook", tenant.id, `h${number}`]), created_at: 1, updated_at: 1 });
    for (let number = 0; number < 130; number++) await hook(number);
    await insertSigningKey(env.DB, { id: "kid", public_jwk: {}, private_jwk: await seal(older, "jwk", ["signing-key", "kid"]), created_at: 1, retired_at: 1 });
    await env.DB.prepare("insert into users (id, email, name, mfa_secret, created_at, updated_at) values ('u', 'u@example.com', 'U', ?, 1, 1)").bind(await seal(older, "totp", ["mfa", "u"])).run();
    await env.DB.prepare("insert into sso_providers (id, tenant_id, name, issuer, client_id, client_secret, scopes, domains, role, created_at, updated_at) values ('p', ?1, 'P', 'https://p.example', 'c', ?2, 'openid', '[]', 'member', 1, 1)").bind(tenant.id, await seal(older, "client", ["sso", tenant.id, "p"])).run();

    expect(await resealUnderCurrentKey(after)).toBe(0);
    const rounds = [await resealUnderCurrentKey(rotated), await resealUnderCurrentKey(rotated), await resealUnderCurrentKey(rotated)];
    expect(rounds).toEqual([expect.any(Number), 30, 0]);

    const text = (sql: string) => env.DB.prepare(sql).first<string>().then((row) => Object.values(row ?? {})[0] as string);
    expect(await open(after, await text("select secret_encrypted from hooks where path = 'h129'"), ["hook", tenant.id, "h129"])).toBe("hook 129");
    expect(await open(after, await text("select private_jwk from signing_keys where id = 'kid'"), ["signing-key", "kid"])).toBe("jwk");
    expect(await open(after, await text("select mfa_secret from users where id = 'u'"), ["mfa", "u"])).toBe("totp");
    expect(await open(after, await text("select client_secret from sso_providers where id = 'p'"), ["sso", tenant.id, "p"])).toBe("client");
    // The cache of opened keys is by tenant and id: another isolate would read this anew.
    expect(await open(after, await text(`select sealed from data_keys where tenant_id = '${tenant.id}'`), ["data-key", tenant.id, tenant.id])).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(await openSecret({ db, env: after }, "v", secret)).toBe("a secret");
    logged.mockRestore();
  });

  it("that opens under neither is told of and passed over", async () => {
    await env.DB.prepare("insert into users (id, email, name, mfa_secret, created_at, updated_at) values ('lost', 'lost@example.com', 'L', ?, 1, 1)").bind(await seal(btoa("lost".repeat(8)), "x", ["mfa", "lost"])).run();
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    await resealUnderCurrentKey(rotated);
    expect(logged.mock.calls.map(([line]) => JSON.parse(String(line)) as unknown)).toContainEqual(expect.objectContaining({ event: "reseal-failed", row: ["lost", "lost"] }));
    logged.mockRestore();
  });
});
