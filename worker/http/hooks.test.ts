import { describe, expect, it } from "vitest";
import { env, harness } from "./testing/harness.ts";

const h = harness();

describe("a hook's settings", () => {
  it("come with a secret fit for the scheme, shown once and kept encrypted", async () => {
    const tenant = await h.newTenant();
    const standard = await tenant.call("PUT", "/hooks/billing", { scheme: "standard" });
    const github = await tenant.call("PUT", "/hooks/github", { scheme: "github" });
    expect([standard.status, github.status]).toEqual([201, 201]);
    expect(standard.body["secret"]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(github.body).toMatchObject({ secret: expect.stringMatching(/^[0-9a-f]{64}$/), address: `/hooks/${tenant.slug}/github`, has_secret: true });

    const shown = JSON.stringify([(await tenant.call("GET", "/hooks/github")).body, (await tenant.call("GET", "/hooks")).body]);
    const stored = JSON.stringify((await env.DB.prepare("select * from hooks").all()).results);
    expect(shown + stored).not.toContain(github.body["secret"]);
  });

  it("keep their secret when put again without one, and take another when given", async () => {
    const tenant = await h.newTenant();
    const stored = () => env.DB.prepare("select secret_encrypted from hooks where tenant_id = ?").bind(tenant.id).first("secret_encrypted");
    await tenant.call("PUT", "/hooks/github", { scheme: "github", secret: "first" });
    const before = await stored();
    expect(await tenant.call("PUT", "/hooks/github", { scheme: "github" })).toMatchObject({ status: 200, body: { secret: null, has_secret: true } });
    expect(await stored()).toBe(before);
    await tenant.call("PUT", "/hooks/github", { scheme: "github", secret: "second" });
    expect(await stored()).not.toBe(before);
  });

  it("refuse a secret that does not fit the scheme, and a path that cannot be", async () => {
    const tenant = await h.newTenant();
    for (const body of [{ scheme: "standard", secret: "whsec_c2hvcnQ=" }, { scheme: "none", secret: "x" }, { scheme: "github", secret: "" }, { scheme: "md5" }]) {
      expect((await tenant.call("PUT", "/hooks/x", body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await tenant.call("PUT", "/hooks/UPPER", { scheme: "none" })).status).toBe(404);
  });

  it("are gone once deleted", async () => {
    const tenant = await h.newTenant();
    await tenant.call("PUT", "/hooks/github", { scheme: "github" });
    expect((await tenant.call("DELETE", "/hooks/github")).status).toBe(204);
    expect((await tenant.call("GET", "/hooks/github")).status).toBe(404);
    expect((await tenant.call("DELETE", "/hooks/github")).status).toBe(404);
  });

  it("of another tenant can be neither read nor deleted", async () => {
    const [mine, theirs] = [await h.newTenant(), await h.newTenant()];
    await theirs.call("PUT", "/hooks/github", { scheme: "github" });
    expect((await mine.call("GET", "/hooks/github")).status).toBe(404);
    expect((await mine.call("DELETE", "/hooks/github")).status).toBe(404);
    expect((await mine.call("GET", "/hooks/github/deliveries")).body.data).toEqual([]);
    expect((await theirs.call("GET", "/hooks/github")).status).toBe(200);
  });
});
