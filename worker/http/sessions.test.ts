/** What becomes of a sign-in: renewed, listed, ended. */
import { describe, expect, it } from "vitest";
import { newRefreshToken } from "../auth/refresh-token.ts";
import { auditOf, clock, day, hour, join, minute, type Person, personOf, second, signIn, signUp } from "./testing/accounts.ts";
import { type Answered, env, harness } from "./testing/harness.ts";

const time = clock();
const h = harness(undefined, time.now);
const refresh = (refresh_token: unknown) => h.call(null, "POST", "/auth/refresh", { refresh_token });
const works = async ({ call }: Pick<Person, "call">) => (await call("GET", "/auth/me")).status === 200;
const ended = { status: 401, code: "session-ended" };
const revocations = async ({ tenant }: Person) => (await auditOf(tenant.id)).filter(({ action }) => action === "session.revoke");
const reasonOf = (id: string) => env.DB.prepare("select revoked_reason from sessions where id = ?").bind(id).first<string | null>("revoked_reason");
const renewed = (answer: Answered) => personOf(h, "", answer);

describe("renewing a session", () => {
  it("answers another pair of tokens of the same session", async () => {
    const ada = await signUp(h);
    time.advance(16 * minute);
    expect((await ada.call("GET", "/auth/me")).body).toMatchObject({ status: 401, code: "token-expired" });
    const answer = await refresh(ada.refresh);
    expect(answer).toMatchObject({ status: 200, body: { session_id: ada.sessionId, user: { id: ada.id }, tenant: ada.tenant, role: "admin", token_type: "Bearer", expires_in: 900 } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body["refresh_token"]).not.toBe(ada.refresh);
    expect(await works(renewed(answer))).toBe(true);
  });

  it("goes on for 30 days after the last time, and for 90 days in all", async () => {
    let ada = await signUp(h);
    for (const days of [29, 29, 29]) {
      time.advance(days * day);
      ada = renewed(await refresh(ada.refresh));
    }
    time.advance(3 * day - second);
    ada = renewed(await refresh(ada.refresh));
    time.advance(second);
    expect((await refresh(ada.refresh)).body).toMatchObject(ended);

    const idle = await signUp(h);
    time.advance(30 * day);
    expect((await refresh(idle.refresh)).body).toMatchObject(ended);
  });

  it("does not go on for longer by moving between tenants", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id);
    time.advance(29 * day);
    const later = renewed(await refresh(ada.refresh));
    time.advance(29 * day);
    const again = renewed(await refresh(later.refresh));
    const moved = renewed(await again.call("POST", "/auth/switch", { tenant: bob.tenant.id }));
    time.advance(29 * day);
    const last = renewed(await refresh(moved.refresh));
    time.advance(3 * day - second);
    const very = renewed(await refresh(last.refresh));
    time.advance(second);
    expect((await refresh(very.refresh)).body).toMatchObject(ended);
  });

  it("is over when the membership is disabled, and the role is that of the moment", async () => {
    const ada = await signUp(h);
    await env.DB.prepare("update memberships set role = 'viewer' where user_id = ?").bind(ada.id).run();
    const next = await refresh(ada.refresh);
    expect(next.body).toMatchObject({ role: "viewer" });
    await env.DB.prepare("update memberships set status = 'disabled' where user_id = ?").bind(ada.id).run();
    expect((await refresh(next.body["refresh_token"])).body).toMatchObject(ended);
    expect(await works(ada)).toBe(false);
  });
});

describe("a refresh token that was used before", () => {
  it("ends the session for both who hold it, and the audit log says why", async () => {
    const ada = await signUp(h);
    const other = await signIn(h, ada);
    const thief = renewed(await refresh(ada.refresh));
    expect((await refresh(ada.refresh)).body).toMatchObject(ended);
    expect((await refresh(thief.refresh)).body).toMatchObject(ended);
    expect(await works(thief)).toBe(false);
    expect(await works(other)).toBe(true);
    expect(await reasonOf(ada.sessionId)).toBe("reuse");
    expect(await revocations(ada)).toEqual([{ action: "session.revoke", entity_id: ada.sessionId, actor_kind: "system", actor_id: null, before: null, after: { user_id: ada.id, reason: "reuse" } }]);
  });

  it("is found out also when it comes many times at once", async () => {
    const ada = await signUp(h);
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(ada.refresh)));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    for (const winner of winners) expect((await refresh(winner.body["refresh_token"])).body).toMatchObject(ended);
    expect(await reasonOf(ada.sessionId)).toBe("reuse");
    expect(await revocations(ada)).toHaveLength(1);
  });

  it("does nothing when it is only made up from a session's id", async () => {
    const ada = await signUp(h);
    const forged = await newRefreshToken(btoa("x".repeat(32)), ada.sessionId);
    expect((await refresh(forged.token)).body).toMatchObject(ended);
    expect(await works(ada)).toBe(true);
    expect((await refresh(ada.refresh)).status).toBe(200);
  });

  it.each(["er_", "x", `er_${"A".repeat(86)}`])("and %j are answered alike", async (token) => {
    expect((await refresh(token)).body).toMatchObject(ended);
  });
});

describe("signing out", () => {
  it("ends this session at once, with all its tokens, and no other", async () => {
    const ada = await signUp(h);
    const other = await signIn(h, ada);
    expect((await h.call(other.access, "POST", "/auth/logout")).status).toBe(204);
    expect(await works(other)).toBe(false);
    expect((await refresh(other.refresh)).body).toMatchObject(ended);
    expect(await works(ada)).toBe(true);
    expect(await revocations(ada)).toMatchObject([{ entity_id: other.sessionId, actor_id: ada.id, after: { reason: "logout" } }]);
  });

  it("needs somebody who is signed in: no key, nobody", async () => {
    const tenant = await h.newTenant();
    expect((await tenant.call("POST", "/auth/logout")).status).toBe(403);
    expect((await h.call(null, "POST", "/auth/logout")).status).toBe(401);
  });
});

describe("one's sessions", () => {
  it("are listed with device and tenant, without those that ended, and without anybody else's", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id);
    const gone = await signIn(h, ada);
    await gone.call("POST", "/auth/logout");
    time.advance(second);
    const answer = await h.call(null, "POST", "/auth/login", { email: ada.email, password: ada.password, tenant: bob.tenant.id }, { "user-agent": "Firefox/150", "cf-connecting-ip": "203.0.113.5" });
    const there = renewed(answer);
    const { body } = await ada.call("GET", "/auth/sessions");
    expect(body.data).toEqual([
      expect.objectContaining({ id: there.sessionId, current: false, tenant: bob.tenant, method: "password", user_agent: "Firefox/150", ip: "203.0.113.5" }),
      expect.objectContaining({ id: ada.sessionId, current: true, tenant: ada.tenant, method: "register" }),
    ]);
    expect(JSON.stringify(body)).not.toContain("hash");
  });

  it("come in pages", async () => {
    const ada = await signUp(h);
    const all = [ada, await signIn(h, ada), await signIn(h, ada)].map(({ sessionId }) => sessionId);
    const seen: string[] = [];
    for (let cursor: unknown = null; ; ) {
      const { body } = await ada.call("GET", `/auth/sessions?limit=2${cursor === null ? "" : `&cursor=${String(cursor)}`}`);
      seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
      cursor = (body["pagination"] as { next_cursor: string | null }).next_cursor;
      if (cursor === null) break;
    }
    expect(seen.sort()).toEqual(all.sort());
  });

  it("are ended one by one, or all but this one, in every tenant", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id);
    const [second_, third, there] = [await signIn(h, ada, ada.tenant.id), await signIn(h, ada, ada.tenant.id), await signIn(h, ada, bob.tenant.id)];
    expect((await ada.call("DELETE", `/auth/sessions/${second_.sessionId}`)).status).toBe(204);
    expect((await ada.call("DELETE", `/auth/sessions/${second_.sessionId}`)).status).toBe(204);
    expect([await works(second_), await works(third), await works(there)]).toEqual([false, true, true]);
    expect((await ada.call("DELETE", "/auth/sessions")).status).toBe(204);
    expect([await works(third), await works(there), await works(ada)]).toEqual([false, false, true]);
    expect((await revocations(ada)).map(({ entity_id }) => entity_id).sort()).toEqual([second_.sessionId, third.sessionId].sort());
    expect((await revocations(bob)).map(({ entity_id }) => entity_id)).toEqual([there.sessionId]);
  });

  it("of another person are not found, not even in the same tenant", async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id, "admin");
    const there = await signIn(h, ada, bob.tenant.id);
    expect((await there.call("DELETE", `/auth/sessions/${bob.sessionId}`)).body).toMatchObject({ status: 404 });
    expect(await works(bob)).toBe(true);
    time.advance(hour);
  });
});

describe("a session that a tenant's provider vouched for", () => {
  /** Ada, with a sign-in that counts in Bob's tenant alone. */
  const vouched = async () => {
    const [ada, bob] = [await signUp(h), await signUp(h)];
    await join(ada, bob.tenant.id, "viewer");
    const there = await signIn(h, ada, bob.tenant.id);
    await env.DB.prepare("update sessions set method = 'sso' where id = ?").bind(there.sessionId).run();
    return { ada, there };
  };

  it("leads to no other tenant, and cannot be made into one that does", async () => {
    const { ada, there } = await vouched();
    for (const tenant of [ada.tenant.id, there.tenant.id, "anywhere"]) expect((await there.call("POST", "/auth/switch", { tenant })).body).toMatchObject({ status: 403, code: "forbidden" });
    const again = renewed(await refresh(there.refresh));
    expect((await again.call("POST", "/auth/switch", { tenant: ada.tenant.id })).status).toBe(403);
  });

  it("shows and ends no session elsewhere", async () => {
    const { ada, there } = await vouched();
    expect((await there.call("GET", "/auth/sessions")).body.data).toMatchObject([{ id: there.sessionId }]);
    expect((await there.call("DELETE", `/auth/sessions/${ada.sessionId}`)).status).toBe(404);
    expect((await there.call("DELETE", "/auth/sessions")).status).toBe(204);
    expect(await works(ada)).toBe(true);
    expect((await ada.call("GET", "/auth/sessions")).body.data).toHaveLength(2);
  });

  it("tells of no other tenant, and changes nothing that others see of the person", async () => {
    const { ada, there } = await vouched();
    expect((await there.call("GET", "/auth/me")).body).toMatchObject({ tenants: [{ id: there.tenant.id }] });
    expect((await there.call("PATCH", "/auth/me", { name: "Mallory" })).status).toBe(403);
    expect((await ada.call("GET", "/auth/me")).body).toMatchObject({ user: { name: "Ada" } });
    await env.DB.prepare("delete from memberships where user_id = ? and tenant_id = ?").bind(ada.id, ada.tenant.id).run();
    expect((await there.call("PATCH", "/auth/me", { name: "Augusta" })).status).toBe(200);
  });
});
