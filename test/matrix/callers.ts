/**
 * Who may come, and what the door has to say to them.
 * @module
 */
import { generateKeyPair, SignJWT } from "jose";
import { signAccessToken } from "../../worker/auth/access-token.ts";
import { type Permission, permissionNames } from "../../worker/auth/permissions.ts";
import { builtInRoles } from "../../worker/auth/roles.ts";
import type { ProblemCode } from "../../sdk/schema/problem.ts";
import { changes, type Operation } from "./document.ts";
import type { Ground, Person } from "./ground.ts";
import { env, operatorKey } from "./lab.ts";
import type { Hearer } from "./leaks.ts";
import type { World } from "./world.ts";

export interface Caller {
  name: string;
  credential: string | null;
}

export interface Refused extends Caller {
  code: ProblemCode;
}

export interface Admitted extends Caller {
  /** Whose own things are asked for. */
  person: Person;
  hearer: Hearer;
}

/** Credentials that open nothing, whatever is asked for; all were good once, or look as if. */
export async function worthless({ ada, bob, boss }: World): Promise<Refused[]> {
  const now = Date.now();
  const [header = "", payload = ""] = boss.token.split(".");
  const { kid } = JSON.parse(atob(header)) as { kid: string };
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519" });
  const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown>;
  const forged = await new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt" }).sign(privateKey);
  const unsigned = `${btoa(JSON.stringify({ alg: "none", typ: "at+jwt" })).replaceAll("=", "")}.${payload}.`;
  const expired = await signAccessToken(env, { userId: boss.id, tenantId: ada.id, sessionId: boss.sessionId }, now - 3_600_000);
  const stranger = await bob.person("admin");
  const crossed = await signAccessToken(env, { userId: stranger.id, tenantId: ada.id, sessionId: stranger.sessionId }, now);

  const ended = await ada.newPerson("admin");
  await ada.lab.call(ended.token, "POST", "/api/v1/auth/logout");
  const [disabled, removed] = [await ada.newPerson("admin"), await ada.newPerson("admin")];
  const keyOf = async ({ token }: Person): Promise<string> => String((await ada.lab.call(token, "POST", "/api/v1/api-keys", { name: "of somebody" })).json?.["api_key"]);
  const [keyOfDisabled, keyOfRemoved] = [await keyOf(disabled), await keyOf(removed)];
  await ada.make("PATCH", `/users/${disabled.id}`, { status: "disabled" });
  await ada.call("DELETE", `/users/${removed.id}`);
  const revoked = await ada.make("POST", "/api-keys", { name: "revoked" });
  await ada.call("DELETE", `/api-keys/${String(revoked["id"])}`);
  const outlived = await ada.make("POST", "/api-keys", { name: "expired", expires_at: new Date(now + 60_000).toISOString() });
  await env.DB.prepare("update api_keys set expires_at = ? where id = ?").bind(now - 1, outlived["id"]).run();

  const code = "unauthorized";
  return [
    { name: "nobody", credential: null, code },
    { name: "another scheme", credential: `Basic ${btoa("boss:password")}`, code },
    { name: "a malformed key", credential: "Bearer es_short", code },
    { name: "a malformed token", credential: "Bearer ey.ey.ey", code },
    { name: "an unknown key", credential: `Bearer es_${"A".repeat(43)}`, code },
    { name: "a token signed by another key", credential: forged, code },
    { name: "an unsigned token", credential: unsigned, code },
    { name: "an expired token", credential: expired, code: "token-expired" },
    { name: "a token of a session in another tenant", credential: crossed, code },
    { name: "a session that has ended", credential: ended.token, code },
    // Sessions and keys of their own go on only as long as the membership does.
    { name: "a disabled member", credential: (await ada.newSession(disabled.id)).token, code },
    { name: "a removed member", credential: (await ada.newSession(removed.id)).token, code },
    { name: "a disabled member's key", credential: keyOfDisabled, code },
    { name: "a removed member's key", credential: keyOfRemoved, code },
    { name: "a revoked key", credential: String(revoked["api_key"]), code },
    { name: "an expired key", credential: String(outlived["api_key"]), code },
  ];
}

const roles = Object.keys(builtInRoles) as (keyof typeof builtInRoles)[];
const allows = (role: keyof typeof builtInRoles, permission: Permission): boolean => permission in builtInRoles[role].grants;

/** People and keys of Ada's who are known and may not. */
export async function unentitled({ auth, permission, peopleOnly }: Operation, ada: Ground): Promise<Refused[]> {
  const code = "forbidden";
  const operator = { name: "the operator", credential: operatorKey, code } as const;
  const key = { name: "a tenant's key", credential: ada.key, code } as const;
  if (auth === "user") return [operator, key];
  if (auth === "operator") return [key, { name: "an admin", credential: (await ada.person("admin")).token, code }, { name: "a viewer", credential: (await ada.person("viewer")).token, code }];
  if (auth !== "tenant") return [];
  const needed = permission as Permission;
  const below = roles.filter((role) => !allows(role, needed));
  return [
    operator,
    ...(peopleOnly ? [key, { name: "a key with the scope", credential: await ada.keyWith([needed]), code } as const] : []),
    { name: "a key without the scope", credential: await ada.keyWithout(needed), code },
    { name: "a role that allows nothing", credential: (await ada.person(await ada.roleWith([]))).token, code },
    ...(await Promise.all(below.map(async (role) => ({ name: role, credential: (await ada.person(role)).token, code }) as const))),
  ];
}

const nobody: Person = { id: "", sessionId: "", token: "", email: "" };
/** Nothing is masked for them but what their role says. */
const hears = (role: string): Hearer => (role === "viewer" ? "without addresses" : "inside");

/**
 * Those who may, in a tenant, each made when asked for. People who do what concerns only
 * themselves come fresh each time: it may end their session.
 */
export function entitled(operation: Operation, ground: Ground): (() => Promise<Admitted>)[] {
  const { auth, permission, besides, peopleOnly } = operation;
  const as = (name: string, person: Person): Admitted => ({ name, credential: person.token, person, hearer: hears(name) });
  if (auth === "operator") return [async () => ({ name: "the operator", credential: operatorKey, person: nobody, hearer: "inside" })];
  if (auth === "public") return [async () => ({ name: "nobody", credential: null, person: nobody, hearer: "public" })];
  if (auth === "user") {
    const fresh = roles.map((role) => async () => as(role, await ground.newPerson(role)));
    return [...fresh, async () => as("a role that allows nothing", await ground.newPerson(await ground.roleWith([])))];
  }
  const needed = permission as Permission;
  const enough = [needed, ...(besides as Permission[])];
  const masked = async (): Promise<Admitted> => ({ ...as("a role that sees people masked", await ground.person(await ground.roleWith(permissionNames, { users: ["email", "name"] }))), hearer: "without addresses and names" });
  const key = async (name: string, credential: string): Promise<Admitted> => ({ name, credential, person: await ground.person("admin"), hearer: "inside" });
  return [
    ...roles.filter((role) => allows(role, needed)).map((role) => async () => as(role, await ground.person(role))),
    async () => as("a role that allows only this", await ground.person(await ground.roleWith(enough))),
    ...(changes(operation) ? [] : [masked]),
    ...(peopleOnly ? [] : [() => key("a tenant's key", ground.key), async () => key("a key with only this scope", await ground.keyWith(enough))]),
  ];
}
