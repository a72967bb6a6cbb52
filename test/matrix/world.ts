/**
 * The tenants of the matrix: Ada's, in which everything is marked and nothing may change;
 * Bob's, who must see nothing of it; one to try in what is allowed; one suspended; one that
 * asks for a second factor.
 * @module
 */
import { marked } from "./bundles.ts";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { newRecord } from "../support/record-samples.ts";
import { expected, Ground, type Person } from "./ground.ts";
import { issuer, type Lab, operatorKey } from "./lab.ts";
import { kinds, recordMaker } from "./samples.ts";

/** Texts that nobody can guess, put where they are to be kept. */
export interface Marks {
  /** In everything of Ada's. */
  inside: string;
  /** In what a sign-in page shows to everybody. */
  open: string;
  /** In addresses of people, and in their names: for those who may see them. */
  address: string;
  name: string;
  /** In secrets: for nobody. */
  secret: string;
}

export interface World {
  lab: Lab;
  marks: Marks;
  ada: Ground;
  bob: Ground;
  suspended: Ground;
  strict: Ground;
  /** Admin of Ada's. */
  boss: Person;
  /** Of Ada's, by kind: what stands in paths. */
  samples: Record<string, string>;
  /** To try in what is allowed: another as soon as something has ruined it. */
  playground(): Promise<Ground>;
}

const mark = (what: string): string => `${what}${crypto.randomUUID().replaceAll("-", "")}`;

export async function openWorld(lab: Lab): Promise<World> {
  const marks = { inside: mark("inside"), open: mark("open"), address: mark("address"), name: mark("name"), secret: mark("secret") };
  const ada = await Ground.open(lab, { slug: `ada-${marks.inside.slice(-12)}`, name: `Ada ${marks.inside}`, bundle: marked(`${marks.inside} first`) });
  const [bob, suspended, strict] = [await Ground.open(lab), await Ground.open(lab), await Ground.open(lab)];
  const boss = await ada.newPerson("admin", { name: `Boss ${marks.name}`, email: `boss-${marks.address}@example.com` });
  const samples = await furnish(ada, boss, marks);
  expected(200, await lab.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${suspended.id}`, { status: "suspended" }));
  await strict.make("PATCH", "/tenants/current/settings", { require_mfa: true });
  for (const [name, kind] of Object.entries(kinds)) samples[name] ??= await kind.make(ada, boss);
  let current: Ground | null = null;
  return {
    lab,
    marks,
    ada,
    bob,
    suspended,
    strict,
    boss,
    samples,
    async playground() {
      if (current && !current.exhausted && (await isSound(current))) return current;
      current = await Ground.open(lab);
      await current.person("viewer");
      return current;
    },
  };
}

/** Whatever was allowed there, others can still work in it. */
async function isSound(ground: Ground): Promise<boolean> {
  const { token } = await ground.person("viewer");
  const { status, json } = await ground.lab.call(token, "GET", "/api/v1/tenants/current");
  return status === 200 && json?.["status"] === "active" && json["plan"] === "enterprise";
}

/** At least two of everything that lists show, all of it marked. */
async function furnish(ada: Ground, boss: Person, { inside, open, address, name, secret }: Marks): Promise<Record<string, string>> {
  const asBoss = (method: string, path: string, body?: unknown) => ada.lab.call(boss.token, method, `/api/v1${path}`, body);
  const deployment = await ada.make("POST", "/deployments", marked(`${inside} second`));
  const provider = await ada.make("POST", "/sso/providers", { name: `Provider ${open}`, issuer, client_id: `client-${open}`, client_secret: `client-${secret}`, domains: [`${inside}.example.com`] });
  await ada.make("POST", "/sso/providers", { name: `Other ${open}`, issuer, client_id: `other-${open}` });
  const role = await ada.make("POST", "/roles", { name: `Role ${inside}`, description: inside, grants: {} });
  await ada.make("POST", "/roles", { name: `Other ${inside}`, grants: {} });
  const team = await ada.make("POST", "/teams", { name: `Team ${inside}` });
  await ada.make("POST", "/teams", { name: `Other ${inside}` });
  const user = await ada.newPerson(String(role["id"]), { name: `User ${name}`, email: `user-${address}@example.com` });
  const guest = (number: number) => asBoss("POST", "/invitations", { email: `guest-${number}-${address}@example.com`, name: `Guest ${name}`, role: role["id"], team_id: team["id"] });
  const invitation = expected(201, await guest(1)).json;
  expected(201, await guest(2));
  const variable = await ada.make("POST", "/variables", { name: "marked", type: "string", value: `value ${inside}`, description: inside });
  await ada.make("POST", "/variables", { name: "hidden", type: "secret", value: `value-${secret}`, hosts: [`${inside}.example.com`] });
  await ada.make("PUT", "/hooks/sealed", { scheme: "github", secret: `hook-${secret}` });
  await ada.make("PUT", "/hooks/marked", { scheme: "none" });
  const key = expected(201, await asBoss("POST", "/api-keys", { name: `Key ${inside}` })).json;
  const records: Record<string, string> = {};
  for (const of of allEntities) for (let count = 0; count < 2; count++) records[of.path] = String((await newRecord(of, recordMaker(ada, { words: inside })))["id"]);
  return {
    ...records,
    ...(await execute(ada, boss, inside)),
    deployments: String(deployment["id"]),
    providers: String(provider["id"]),
    sso: String(provider["id"]),
    roles: String(role["id"]),
    teams: String(team["id"]),
    users: user.id,
    sessions: boss.sessionId,
    notifications: await ada.notification(boss),
    invitations: String(invitation["id"]),
    variables: String(variable["id"]),
    hooks: "marked",
    "api-keys": String(key["id"]),
    tenants: ada.id,
  };
}

/** One that has ended, one that has failed, one decided by a person, two by a webhook, one that waits. */
async function execute(ada: Ground, { token }: Person, inside: string): Promise<Record<string, string>> {
  const asBoss = (method: string, path: string, body?: unknown) => ada.lab.call(token, method, `/api/v1${path}`, body);
  const run = (workflow: string) => asBoss("POST", `/workflows/${workflow}/execute`, { input: { inside }, wait: 20_000 });
  expected(200, await run("finishing"));
  expected(200, await run("failing"));
  const waiting = async (): Promise<string> => {
    const id = String(expected(202, await asBoss("POST", "/workflows/waiting/execute", { input: { inside } })).json["execution_id"]);
    while (expected(200, await asBoss("GET", `/executions/${id}`)).json["status"] !== "pending_approval");
    return id;
  };
  expected(202, await asBoss("POST", `/executions/${await waiting()}/approvals/sign-1/decide`, { decision: "approved", comment: `comment ${inside}` }));
  for (let delivery = 0; delivery < 2; delivery++) expected(202, await ada.lab.call(null, "POST", `/hooks/${ada.slug}/marked`, { inside, delivery }, { "x-event": inside }));
  const executions = await waiting();
  let approvals: { id: string }[] = [];
  while (approvals.length === 0) approvals = expected(200, await asBoss("GET", `/approvals?execution_id=${executions}`)).json["approvals"] as { id: string }[];
  return { executions, approvals: approvals[0]?.id ?? "", steps: "sign-1", workflows: "finishing" };
}
