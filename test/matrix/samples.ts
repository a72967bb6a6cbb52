/**
 * How to make one of whatever a path names. A parameter is known by what stands before it in
 * the path: `/users/{id}` is one of `users`. A route over something new needs one line here.
 * @module
 */
import { trivial } from "./bundles.ts";
import { type Operation, placesIn } from "./document.ts";
import type { Ground, Person } from "./ground.ts";
import { issuer } from "./lab.ts";

interface Kind {
  /** @param person whose it is, where people have things of their own */
  make(ground: Ground, person: Person): Promise<string>;
  /** The tenant chooses the name: two tenants may have the same, and learn nothing by it. */
  chosen?: true;
}

let count = 0;
const unique = (what: string): string => `${what}-${++count}`;
const idOf = ({ id }: Record<string, unknown>): string => String(id);

/** Somebody to export and to erase. */
async function subjectIn(ground: Ground): Promise<{ email: string; confirm: string }> {
  const { email } = await ground.newPerson(await ground.roleWith([]));
  return { email, confirm: email };
}

/** Whoever joins by it may nothing. */
async function providerIn(ground: Ground): Promise<object> {
  return { name: unique("Provider"), issuer, client_id: "client", role: await ground.roleWith([]) };
}

/** By operation: bodies that mean something their schema does not say. */
export const meantBodies: Record<string, (ground: Ground) => Promise<unknown>> = {
  createDeployment: async () => trivial(41),
  createSsoProvider: providerIn,
  erasePerson: subjectIn,
  eraseTenant: async (ground) => ({ confirm: ground.slug }),
  exportPerson: async (ground) => ({ email: (await subjectIn(ground)).email }),
  seedPerson: async () => ({ email: `${unique("seeded")}@example.com`, name: "Seeded", role: "viewer", password: "seven green apples fall" }),
};

export const kinds: Record<string, Kind> = {
  "api-keys": { make: async (ground) => idOf(await ground.make("POST", "/api-keys", { name: unique("key") })) },
  approvals: { make: async () => "sign-1", chosen: true },
  deployments: { make: async (ground) => idOf(((await ground.make("GET", "/deployments"))["data"] as Record<string, unknown>[])[0] ?? {}) },
  erasures: { make: async (ground) => idOf(await ground.make("POST", "/privacy/erasures", await subjectIn(ground))) },
  executions: { make: (ground) => ground.execution() },
  exports: { make: async (ground) => idOf(await ground.make("POST", "/privacy/exports", { email: (await subjectIn(ground)).email })) },
  hooks: { make: async (ground) => String((await ground.make("PUT", `/hooks/${unique("hook")}`, { scheme: "none" }))["path"]), chosen: true },
  invitations: { make: async (ground) => idOf(await ground.make("POST", "/invitations", { email: `${unique("guest")}@example.com`, name: "Guest", role: await ground.roleWith([]) })) },
  providers: { make: async (ground) => idOf(await ground.make("POST", "/sso/providers", await providerIn(ground))) },
  roles: { make: async (ground) => idOf(await ground.make("POST", "/roles", { name: unique("Role"), grants: {} })) },
  sessions: { make: async (ground, person) => (await ground.newSession(person.id)).sessionId },
  sso: { make: (ground, person) => kindOf("providers").make(ground, person) },
  teams: { make: async (ground) => idOf(await ground.make("POST", "/teams", { name: unique("Team") })) },
  tenants: { make: async (ground) => ground.id },
  // Somebody whom everybody may change who may change anybody.
  users: { make: async (ground) => (await ground.newPerson(await ground.roleWith([]))).id },
  variables: { make: async (ground) => idOf(await ground.make("POST", "/variables", { name: unique("name").replace("-", "_"), type: "string", value: "v" })) },
  workflows: { make: async (ground) => ground.spareWorkflow(), chosen: true },
};

/** @throws saying what to add */
export function kindOf(name: string): Kind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind) return kind;
  throw new Error(`test/matrix/samples.ts: nothing is known of what stands after /${name}/ in a path. Add to \`kinds\`: ${name}: { make: async (ground) => … }, which makes one in a tenant and returns what names it.`);
}

/** Values for the path's parameters, each of something that was made for it. */
export async function samplesFor(operation: Operation, ground: Ground, person: Person): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, after } of placesIn(operation.paths[0] ?? "")) values[name] = await kindOf(after).make(ground, person);
  return values;
}
