/**
 * How to make one of whatever a path names. A parameter is known by what stands before it in
 * the path: `/users/{id}` is one of `users`. A route over something new needs one line here.
 * @module
 */
import { allEntities, entityOfKind } from "../../sdk/schema/crm/index.ts";
import { type Maker, newRecord, newRecordBody, operationOf } from "../support/record-samples.ts";
import { trivial } from "./bundles.ts";
import { type Operation, placesIn } from "./document.ts";
import type { Ground, Person } from "./ground.ts";
import { issuer, receiver } from "./lab.ts";

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

/** Somebody who may decide approvals. */
async function decider(ground: Ground): Promise<object> {
  return { to: (await ground.person("manager")).id };
}

/** Whoever joins by it may nothing. */
async function providerIn(ground: Ground): Promise<object> {
  return { name: unique("Provider"), issuer, client_id: "client", role: await ground.roleWith([]) };
}

/** That of Ada's. */
const hookPath = "marked";

/** Somebody listens at its test address, so that there is a sample to see. */
async function hookIn(ground: Ground): Promise<string> {
  await ground.make("PUT", `/hooks/${hookPath}`, { scheme: "none" });
  await ground.make("POST", `/hooks/${hookPath}/listen`);
  return hookPath;
}

/** A call to that hook which no workflow takes; it is logged behind the answer. */
async function callTo(ground: Ground): Promise<string> {
  const id = unique("call");
  await hookIn(ground);
  await ground.lab.call(null, "POST", `/hooks/${ground.slug}/${hookPath}`, {}, { "idempotency-key": id });
  for (let left = 200; left > 0; left--) {
    const { data } = (await ground.make("GET", `/hooks/${hookPath}/deliveries`)) as { data: Record<string, unknown>[] };
    const found = data.find((one) => one["delivery_id"] === id);
    if (found) return idOf(found);
  }
  throw new Error("the call was not logged");
}

const webhookUrl = `${receiver}/in`;

/** There are not many to a tenant. */
async function webhookIn(ground: Ground): Promise<string> {
  const { data } = (await ground.make("GET", "/webhooks")) as { data: Record<string, unknown>[] };
  const id = idOf(data[0] ?? (await ground.make("POST", "/webhooks", { url: webhookUrl, event_types: ["sample.*"] })));
  await ground.make("PATCH", `/webhooks/${id}`, { active: true });
  return id;
}

/** A ping that has been delivered: nothing of it changes any more. */
async function deliveryIn(ground: Ground): Promise<string> {
  const id = idOf(await ground.make("POST", `/webhooks/${await webhookIn(ground)}/test`));
  let delivery: Record<string, unknown> = {};
  for (let left = 400; left > 0; left--) {
    delivery = await ground.make("GET", `/webhook-deliveries/${id}`);
    if (delivery["status"] === "delivered") return id;
    await scheduler.wait(25);
  }
  throw new Error(`the ping was not delivered: ${JSON.stringify(delivery)}`);
}

/** Referred to by others of the same tenant; made once, so that asking for a body changes nothing. */
const referred = new WeakMap<Ground, Map<string, Promise<Record<string, unknown>>>>();

/** Makes records of the CRM in a tenant. */
export function recordMaker(ground: Ground, more: Pick<Maker, "owner" | "words"> = {}): Maker {
  const known = referred.get(ground) ?? new Map<string, Promise<Record<string, unknown>>>();
  referred.set(ground, known);
  const maker: Maker = {
    ...more,
    make: (path, body) => ground.make("POST", path, body),
    known: (kind) => {
      const of = entityOfKind.get(kind);
      const made = known.get(kind) ?? (of ? newRecord(of, maker) : Promise.reject(new Error(`there is no entity ${kind}`)));
      known.set(kind, made);
      return made;
    },
  };
  return maker;
}

/** Of every entity of the CRM; whose it is may also delete it. */
const recordKinds: Record<string, Kind> = Object.fromEntries(allEntities.map((of) => [of.path, { make: async (ground: Ground, person: Person) => idOf(await newRecord(of, recordMaker(ground, { owner: person.id }))) }]));
const recordBodies = Object.fromEntries(allEntities.map((of) => [operationOf(of, "create"), (ground: Ground) => newRecordBody(of, recordMaker(ground))]));

/** Records to be merged or kept apart: made once, and nothing else refers to them. */
const spare = new WeakMap<Ground, Map<string, Promise<string>>>();
function spareOf(ground: Ground, of: (typeof allEntities)[number]): Promise<string> {
  const made = spare.get(ground) ?? new Map<string, Promise<string>>();
  spare.set(ground, made);
  const id = made.get(of.kind) ?? newRecord(of, recordMaker(ground)).then(idOf);
  made.set(of.kind, id);
  return id;
}
const severalBodies = Object.fromEntries(allEntities.flatMap((of) => [operationOf(of, "merge"), `${operationOf(of, "keep")}Apart`].map((operation) => [operation, async (ground: Ground) => ({ ids: [await spareOf(ground, of)] })])));

/** By operation: bodies that mean something their schema does not say. */
export const meantBodies: Record<string, (ground: Ground) => Promise<unknown>> = {
  ...recordBodies,
  ...severalBodies,
  createView: async () => ({ entity: "leads", title: unique("view") }),
  executeAction: async () => ({ action: "notify", params: { to: { role: "admin" }, title: "Hello" } }),
  previewAction: async () => ({ action: "notify", params: { to: { role: "admin" }, title: "Hello" } }),
  // An id that is given twice is refused.
  instantiateWorkflowTemplate: async () => ({ name: unique("workflow") }),
  moveDeal: async (ground) => ({ stage_id: idOf(await ground.make("POST", "/stages", { pipeline_id: idOf(await ground.make("POST", "/pipelines", { name: unique("pipeline") })), name: "Sample" })) }),
  // Of the pipeline that was made for it.
  orderStages: async (ground) => {
    const [newest = {}] = (await ground.make("GET", "/pipelines?limit=1"))["data"] as Record<string, unknown>[];
    return { stages: ((await ground.make("GET", `/stages?pipeline_id=${idOf(newest)}`))["data"] as Record<string, unknown>[]).map(idOf) };
  },
  convertLead: async () => ({}),
  setTicketSla: async () => ({ policies: [{ priority: "low", first_response_minutes: 60, resolve_minutes: null }] }),
  createDeployment: async () => trivial(41),
  previewDeployment: async () => trivial(41),
  saveWorkflowSource: async () => ({ source: "export const words = 1;" }),
  validateSource: async () => ({ source: "export const words = 1;" }),
  validateWorkflow: async () => ({}),
  publishWorkflow: async () => ({}),
  createWorkflow: async () => ({ name: unique("workflow") }),
  updateWorkflow: async () => ({ category: "sample" }),
  addWorkflowStep: async () => ({ step_type: "delay", name: "more", config: { minutes: 5 }, draft: true }),
  replaceWorkflowSteps: async () => ({ steps: [], draft: true }),
  updateWorkflowStep: async () => ({ draft: true }),
  restoreWorkflowVersion: async () => ({}),
  configureImport: async () => ({ has_header: true }),
  createExport: async () => ({ entity: "leads" }),
  createCustomField: async () => ({ entity: "task", key: unique("field").replace("-", "_"), title: "Field", type: "text" }),
  orderCustomFields: async (ground) => ({ entity: "task", ids: ((await ground.make("GET", "/custom-fields?entity=task"))["data"] as Record<string, unknown>[]).map(idOf) }),
  createEmail: async () => ({ to: "ada@example.com", subject: "Hello", text: "words" }),
  createEmailTemplate: async () => ({ name: unique("template"), subject: "Hello", text: "words" }),
  createSsoProvider: providerIn,
  createWebhook: async () => ({ url: webhookUrl, event_types: ["sample.*"] }),
  updateWebhook: async () => ({ url: webhookUrl, event_types: ["sample.*"] }),
  putEmailAccount: async () => ({ host: "smtp.example.com", port: 465, security: "tls", from_address: "desk@example.com" }),
  erasePerson: subjectIn,
  delegateApproval: decider,
  setApprovalDelegation: decider,
  eraseTenant: async (ground) => ({ confirm: ground.slug }),
  backfillSchedule: async () => ({ from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }),
  exportPerson: async (ground) => ({ email: (await subjectIn(ground)).email }),
  seedPerson: async () => ({ email: `${unique("seeded")}@example.com`, name: "Seeded", role: "viewer", password: "seven green apples fall" }),
};

/** The spare workflow that is never used up; where there are none, any. */
async function unused(ground: Ground): Promise<Record<string, unknown>> {
  const all = (await ground.make("GET", "/workflows?limit=200"))["data"] as Record<string, unknown>[];
  return all.find(({ id }) => id === "spare-39") ?? all[0] ?? {};
}

export const kinds: Record<string, Kind> = {
  ...recordKinds,
  "custom-fields": { make: async (ground) => idOf(await ground.make("POST", "/custom-fields", { entity: "task", key: unique("field").replace("-", "_"), title: "Field", type: "text" })) },
  "api-keys": { make: async (ground) => idOf(await ground.make("POST", "/api-keys", { name: unique("key") })) },
  views: { make: async (ground) => idOf(await ground.make("POST", "/views", { entity: "leads", title: unique("view"), shared: true })) },
  approvals: { make: (ground) => ground.approval() },
  // Any body is a file.
  attachments: { make: async (ground) => idOf(await ground.make("POST", `/attachments?record_type=lead&record_id=${idOf(await ground.make("POST", "/leads", { name: unique("lead") }))}&name=note.json`, { words: "words" })) },
  // A person's own.
  feeds: { make: async (ground, person) => idOf((await ground.lab.call(person.token, "POST", "/api/v1/calendar/feeds", {})).json ?? {}) },
  imports: { make: async (ground) => idOf((await ground.lab.call(ground.key, "POST", "/api/v1/imports?entity=leads", "name\nAda\n", { "content-type": "text/csv" })).json ?? {}) },
  deployments: { make: async (ground) => idOf(((await ground.make("GET", "/deployments"))["data"] as Record<string, unknown>[])[0] ?? {}) },
  "email-templates": { make: async (ground) => idOf(await ground.make("POST", "/email-templates", { name: unique("template"), subject: "Hello", text: "words" })) },
  emails: { make: async (ground) => idOf(await ground.make("POST", "/emails", { to: "ada@example.com", subject: "Hello", text: "words" })) },
  erasures: { make: async (ground) => idOf(await ground.make("POST", "/privacy/erasures", await subjectIn(ground))) },
  events: { make: async (ground) => idOf(await ground.make("POST", "/events", { type: "contract.signed" })) },
  executions: { make: (ground) => ground.execution() },
  exports: { make: async (ground) => idOf(await ground.make("POST", "/privacy/exports", { email: (await subjectIn(ground)).email })) },
  // Calls to a hook are found under its path alone, so it is always the same one.
  "dead-letters": { make: async () => "execution", chosen: true },
  deliveries: { make: callTo },
  hooks: { make: hookIn, chosen: true },
  // Of the kind that is named before it.
  "{kind}": { make: (ground) => ground.execution(), chosen: true },
  redrives: { make: async (ground) => idOf(await ground.make("POST", `/hooks/${await hookIn(ground)}/deliveries/redrive`, { filter: {} })) },
  replays: { make: async (ground) => idOf(await ground.make("POST", "/dead-letters/replay", {})) },
  "webhook-deliveries": { make: deliveryIn },
  webhooks: { make: webhookIn },
  invitations: { make: async (ground) => idOf(await ground.make("POST", "/invitations", { email: `${unique("guest")}@example.com`, name: "Guest", role: await ground.roleWith([]) })) },
  providers: { make: async (ground) => idOf(await ground.make("POST", "/sso/providers", await providerIn(ground))) },
  roles: { make: async (ground) => idOf(await ground.make("POST", "/roles", { name: unique("Role"), grants: {} })) },
  schedules: { make: async (ground) => idOf(((await ground.make("GET", "/schedules"))["data"] as Record<string, unknown>[])[0] ?? {}) },
  sessions: { make: async (ground, person) => (await ground.newSession(person.id)).sessionId },
  notifications: { make: (ground, person) => ground.notification(person) },
  sso: { make: (ground, person) => kindOf("providers").make(ground, person) },
  steps: { make: async () => "sign-1", chosen: true },
  "workflow-steps": { make: async (ground) => idOf(((await ground.make("GET", `/workflows/${idOf(await unused(ground))}/steps`))["steps"] as Record<string, unknown>[])[0] ?? {}), chosen: true },
  // The same for all tenants.
  templates: { make: async () => "big-deal-alert", chosen: true },
  teams: { make: async (ground) => idOf(await ground.make("POST", "/teams", { name: unique("Team") })) },
  tenants: { make: async (ground) => ground.id },
  // Somebody whom everybody may change who may change anybody.
  users: { make: async (ground) => (await ground.newPerson(await ground.roleWith([]))).id },
  variables: { make: async (ground) => idOf(await ground.make("POST", "/variables", { name: unique("name").replace("-", "_"), type: "string", value: "v" })) },
  workflows: { make: async (ground) => ground.spareWorkflow(), chosen: true },
  // All spares are of one deployment.
  versions: { make: async (ground) => String((await unused(ground))["version"]), chosen: true },
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
  const [path = ""] = operation.paths;
  for (const { name, after } of placesIn(path)) values[name] = await kindOf(after === "steps" && path.includes("/workflows/{id}/steps/") ? "workflow-steps" : after).make(ground, person);
  return values;
}
