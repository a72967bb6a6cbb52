/**
 * Every route that changes something leaves an audit event under the answer's request id. The
 * routes are those of the OpenAPI document; a new one fails here until it has a call.
 */
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { allEntities } from "../../sdk/schema/crm/index.ts";
import { newRecord, newRecordBody, operationOf, operationOfMany } from "../../test/support/record-samples.ts";
import { comparable } from "../domain/duplicates/list.ts";
import { prepareBundle } from "../sandbox/deploy.ts";
import { type Person, signIn, signUp } from "./testing/accounts.ts";
import { pendingApproval } from "./testing/approvals.ts";
import { type Answered, bundleOf, env, harness, operatorKey, type Tenant } from "./testing/harness.ts";
import { colleague, listed } from "./testing/people.ts";

/** Time that has passed besides, in ms. */
let ahead = 0;
const h = harness(undefined, () => Date.now() + ahead);
/** Where code is loaded. */
const real = harness(undefined, () => Date.now() + ahead, { prepare: prepareBundle });

interface Ground {
  tenant: Tenant;
  call: Tenant["call"];
}

/** Prepares what the change needs, makes it, and gives back its answer. */
type Change = (ground: Ground) => Promise<Answered>;

const idIn = (answer: Answered, field = "id"): string => {
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text}`);
  return String(answer.body[field]);
};
const made = async ({ call }: Ground, path: string, body: object) => idIn(await call("POST", path, body));

const execution = async ({ tenant, call }: Ground) => {
  await tenant.deploy({});
  return idIn(await call("POST", "/workflows/hello/execute", {}), "execution_id");
};
const told = (path: string, body?: object): Change => async (ground) => ground.call("POST", `/executions/${await execution(ground)}${path}`, body);
const scheduled = (path: string, body?: object): Change => async ({ tenant, call }) => {
  await tenant.deploy({ on: [{ kind: "schedule", cron: "0 0 1 1 *", timezone: "UTC" }] });
  return call("POST", `/schedules/${String(listed(await call("GET", "/schedules"))[0]?.["id"])}${path}`, body);
};
const name = () => `name ${crypto.randomUUID()}`;
const variable = () => ({ name: "PLAN", type: "string", value: "pro" });
const email = { to: "ada@example.com", subject: "Hello", text: "words" };
const emailTemplate = () => ({ name: name(), subject: "Hello", text: "words" });
const emailAccount = { host: "smtp.example.com", port: 465, security: "tls", from_address: "desk@example.com" };
const customField = () => ({ entity: "lead", key: `f${crypto.randomUUID().slice(0, 8)}`, title: "Field", type: "text" });
const invitation = () => ({ email: `${crypto.randomUUID()}@example.com`, role: "member" });
const provider = () => ({ name: "Acme", issuer: "https://login.example.com", client_id: "everstep" });

const webhook = { url: "https://receiver.example.com/in" };
/** A call to an open hook. */
async function hookCall({ tenant, call }: Ground): Promise<string> {
  await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
  await h.call(null, "POST", `/hooks/${tenant.slug}/open`, "{}");
  return String(listed(await call("GET", "/hooks/open/deliveries"))[0]?.["id"]);
}
/** One that came before anybody listened. */
async function refusedCall({ tenant, call }: Ground): Promise<string> {
  await call("PUT", "/hooks/open", { scheme: "none" });
  await h.call(null, "POST", `/hooks/${tenant.slug}/open`, "{}");
  await tenant.deploy({ on: [{ kind: "webhook", path: "open", scheme: "none" }] });
  return String(listed(await call("GET", "/hooks/open/deliveries"))[0]?.["id"]);
}

const ofPerson = (act: (person: Person) => Promise<Answered>): Change => async () => act(await signUp(h));

/** Somebody with a second factor, `ago` time steps before now. */
async function withMfa(person: Person): Promise<{ code: () => string; enabled: Answered }> {
  const secret = idIn(await person.call("POST", "/auth/mfa/setup", { password: person.password }), "secret");
  const codeAt = (timestamp: number) => TOTP.generate({ secret: Secret.fromBase32(secret), timestamp });
  const enabled = await person.call("POST", "/auth/mfa/enable", { code: codeAt(Date.now() - 30_000) });
  return { code: () => codeAt(Date.now()), enabled };
}

/** What every entity of the CRM answers to. */
const recordChanges = Object.fromEntries(
  allEntities.flatMap((of) => {
    const maker = ({ call }: Ground) => ({
      make: async (path: string, body: object) => {
        const answer = await call("POST", path, body);
        idIn(answer);
        return answer.body;
      },
    });
    const one = async (ground: Ground) => String((await newRecord(of, maker(ground)))["id"]);
    const changed: Record<string, Change> = {
      [operationOf(of, "create")]: async (ground) => ground.call("POST", `/${of.path}`, await newRecordBody(of, maker(ground))),
      [operationOf(of, "update")]: async (ground) => ground.call("PATCH", `/${of.path}/${await one(ground)}`, { [of.label]: "other" }),
      [operationOf(of, "delete")]: async (ground) => ground.call("DELETE", `/${of.path}/${await one(ground)}`),
      [operationOf(of, "restore")]: async (ground) => {
        const id = await one(ground);
        await ground.call("DELETE", `/${of.path}/${id}`);
        return ground.call("POST", `/${of.path}/${id}/restore`);
      },
      [operationOfMany(of, "bulk")]: async (ground) => ground.call("POST", `/${of.path}/bulk`, { action: "delete", ids: [await one(ground)] }),
    };
    return Object.entries(changed);
  }),
);

/** A file of a lead. */
const attachment = async (ground: Ground) => idIn(await ground.call("POST", `/attachments?record_type=lead&record_id=${await made(ground, "/leads", { name: "Ada" })}&name=note.txt`, "words", { "content-type": "text/plain" }));

const uploaded = async ({ call }: Ground) => idIn(await call("POST", "/imports?entity=leads", "name\nAda\n", { "content-type": "text/csv" }));
const withImport = (method: string, path: string, body?: object): Change => async (ground) => ground.call(method, `/imports/${await uploaded(ground)}${path}`, body);

/** A workflow with a step, whose source came along. */
const napping = 'import { workflow } from "everstep";\nexport const hello = workflow({ id: "hello" }, async ({ step }) => {\n  await step.sleep("nap", "1 minute");\n});\n';
const withSteps = (method: string, path: string, body?: object): Change => async ({ call }) => {
  idIn(await call("POST", "/deployments", bundleOf([{}], { "hello.ts": napping })));
  return call(method, `/workflows/hello/steps${path}`, body);
};

const changes: Record<string, Change> = {
  instantiateWorkflowTemplate: async ({ tenant }) => (await colleague(real, tenant, { role: "admin" })).call("POST", "/workflows/templates/big-deal-alert/instantiate", {}),
  createImport: ({ call }) => call("POST", "/imports?entity=leads", "name\nAda\n", { "content-type": "text/csv" }),
  configureImport: withImport("PATCH", "", { has_header: true }),
  startImport: withImport("POST", "/start"),
  cancelImport: withImport("POST", "/cancel"),
  undoImport: async ({ call, ...ground }) => {
    const id = await uploaded({ call, ...ground });
    await call("POST", `/imports/${id}/cancel`);
    return call("POST", `/imports/${id}/undo`);
  },
  createExport: ({ call }) => call("POST", "/exports", { entity: "leads" }),
  ...recordChanges,
  moveDeal: async (ground) => {
    const deal = await made(ground, "/deals", { name: "Acme" });
    const won = listed(await ground.call("GET", "/stages")).find(({ type }) => type === "won");
    return ground.call("POST", `/deals/${deal}/move`, { stage_id: won?.["id"] });
  },
  orderStages: async (ground) => {
    const pipeline = await made(ground, "/pipelines", { name: "Sales" });
    const ids = listed(await ground.call("GET", `/stages?pipeline_id=${pipeline}`)).map(({ id }) => id);
    return ground.call("PUT", `/pipelines/${pipeline}/stages/order`, { stages: ids });
  },
  convertLead: async (ground) => ground.call("POST", `/leads/${await made(ground, "/leads", { name: "Ada" })}/convert`, {}),
  respondToTicket: async (ground) => ground.call("POST", `/tickets/${await made(ground, "/tickets", { subject: "Help" })}/respond`),
  setTicketSla: ({ call }) => call("PUT", "/ticket-sla", { policies: [{ priority: "low", first_response_minutes: 60, resolve_minutes: null }] }),
  createView: ({ call }) => call("POST", "/views", { entity: "leads", title: "Mine" }),
  updateView: async (ground) => ground.call("PATCH", `/views/${await made(ground, "/views", { entity: "leads", title: "Mine" })}`, { title: "Other" }),
  deleteView: async (ground) => ground.call("DELETE", `/views/${await made(ground, "/views", { entity: "leads", title: "Mine" })}`),
  ...Object.fromEntries(
    comparable.flatMap((of) => {
      const two = async (ground: Ground): Promise<[string, string]> => {
        const maker = { make: async (path: string, body: object) => { const answer = await ground.call("POST", path, body); idIn(answer); return answer.body; } };
        const [one, other] = [await newRecord(of, maker), await newRecord(of, maker)];
        return [String(one["id"]), String(other["id"])];
      };
      const merged = async (ground: Ground) => {
        const [one, other] = await two(ground);
        return { other, answer: await ground.call("POST", `/${of.path}/${one}/merge`, { ids: [other] }) };
      };
      const capital = `${of.kind.slice(0, 1).toUpperCase()}${of.kind.slice(1)}`;
      return Object.entries<Change>({
        [operationOf(of, "merge")]: async (ground) => (await merged(ground)).answer,
        [operationOf(of, "unmerge")]: async (ground) => ground.call("POST", `/${of.path}/${(await merged(ground)).other}/unmerge`),
        [`keep${capital}Apart`]: async (ground) => {
          const [one, other] = await two(ground);
          return ground.call("POST", `/${of.path}/${one}/duplicates/ignore`, { ids: [other] });
        },
      });
    }),
  ),
  createCustomField: ({ call }) => call("POST", "/custom-fields", customField()),
  updateCustomField: async (ground) => ground.call("PATCH", `/custom-fields/${await made(ground, "/custom-fields", customField())}`, { title: "Other" }),
  deleteCustomField: async (ground) => ground.call("DELETE", `/custom-fields/${await made(ground, "/custom-fields", customField())}`),
  orderCustomFields: async (ground) => {
    await made(ground, "/custom-fields", customField());
    const ids = listed(await ground.call("GET", "/custom-fields?entity=lead")).map(({ id }) => id);
    return ground.call("PUT", "/custom-fields/order", { entity: "lead", ids: ids.toReversed() });
  },
  executeAction: ({ call }) => call("POST", "/actions", { action: "crm.leads.create", params: { values: { name: "Ada" } } }),
  createAttachment: async (ground) => ground.call("POST", `/attachments?record_type=lead&record_id=${await made(ground, "/leads", { name: "Ada" })}&name=note.txt`, "words", { "content-type": "text/plain" }),
  deleteAttachment: async (ground) => ground.call("DELETE", `/attachments/${await attachment(ground)}`),
  createCalendarFeed: ({ call }) => call("POST", "/calendar/feeds", {}),
  deleteCalendarFeed: async (ground) => ground.call("DELETE", `/calendar/feeds/${await made(ground, "/calendar/feeds", {})}`),
  endTaskSeries: async (ground) => ground.call("DELETE", `/tasks/${await made(ground, "/tasks", { title: "Stand-up", due_at: "2100-01-01T09:00:00Z", recurrence: "FREQ=DAILY" })}/series`),
  createDeployment: ({ call }) => call("POST", "/deployments", bundleOf([{}])),
  activateDeployment: async ({ tenant, call }) => {
    const first = idIn(await tenant.deploy({}));
    await tenant.deploy({ title: "Second" });
    return call("POST", `/deployments/${first}/activate`);
  },
  createWorkflow: async ({ tenant }) => (await colleague(real, tenant, { role: "admin" })).call("POST", "/workflows", { name: name() }),
  deleteWorkflow: async ({ tenant, call }) => {
    await tenant.deploy({});
    return call("DELETE", "/workflows/hello");
  },
  addWorkflowStep: withSteps("POST", "", { step_type: "delay", name: "more", config: { minutes: 5 }, draft: true }),
  replaceWorkflowSteps: withSteps("PUT", "", { steps: [], draft: true }),
  updateWorkflowStep: withSteps("PATCH", "/sleep%3Anap", { config: { duration: "2 minutes" }, draft: true }),
  deleteWorkflowStep: withSteps("DELETE", "/sleep%3Anap?draft=true"),
  updateWorkflow: async ({ tenant, call }) => {
    await tenant.deploy({});
    return call("PATCH", "/workflows/hello", { is_active: false });
  },
  saveWorkflowSource: async ({ tenant, call }) => {
    await tenant.deploy({});
    return call("PUT", "/workflows/hello/source", { source: "export const draft = 1;" });
  },
  discardWorkflowDraft: async ({ tenant, call }) => {
    await tenant.deploy({});
    await call("PUT", "/workflows/hello/source", { source: "export const draft = 1;" });
    return call("DELETE", "/workflows/hello/draft");
  },
  publishWorkflow: async ({ tenant, call }) => {
    await tenant.deploy({});
    await call("POST", "/workflows/hello/unpublish");
    return call("POST", "/workflows/hello/publish", {});
  },
  unpublishWorkflow: async ({ tenant, call }) => {
    await tenant.deploy({});
    return call("POST", "/workflows/hello/unpublish");
  },
  restoreWorkflowVersion: async ({ call }) => {
    const deploy = (source: string) => call("POST", "/deployments", bundleOf([{}], { "hello.ts": source }));
    const { body } = await deploy("export const first = 1;");
    await deploy("export const second = 2;");
    return call("POST", `/workflows/hello/versions/${String(body["version"])}/restore`, {});
  },
  pauseSchedule: scheduled("/pause"),
  rebuildReports: ({ call }) => call("POST", "/reports/rebuild"),
  setMinutesSaved: async ({ tenant, call }) => {
    await tenant.deploy({});
    return call("PUT", "/reports/automations/workflows/hello", { minutes_saved: 12 });
  },
  resumeSchedule: scheduled("/resume"),
  triggerSchedule: scheduled("/trigger"),
  backfillSchedule: scheduled("/backfill", { from: "2026-01-01T00:00:00Z", to: "2026-01-02T00:00:00Z" }),
  cancelExecution: told("/cancel", { rollback: true, reason: "no longer needed" }),
  pauseExecution: told("/pause"),
  resumeExecution: told("/resume"),
  retryExecution: told("/retry", { mode: "new" }),
  rerunExecution: told("/rerun", { from: "a-1" }),
  sendEvent: told("/events", { type: "paid" }),
  publishEvent: ({ call }) => call("POST", "/events", { type: "contract.signed" }),
  redispatchEvent: async (ground) => ground.call("POST", `/events/${await made(ground, "/events", { type: "contract.signed" })}/redispatch`),
  decideApproval: async ({ tenant, call }) => call("POST", `/approvals/${(await pendingApproval(tenant)).id}/decide`, { decision: "approved" }),
  decideStep: async ({ tenant, call }) => call("POST", `/executions/${(await pendingApproval(tenant)).execution}/approvals/sign-off-1/decide`, { decision: "approved" }),
  delegateApproval: async ({ tenant, call }) => call("POST", `/approvals/${(await pendingApproval(tenant)).id}/delegate`, { to: (await colleague(h, tenant)).id }),
  setApprovalDelegation: async ({ tenant, call }) => call("PUT", "/approvals/delegation", { to: (await colleague(h, tenant)).id }),
  endApprovalDelegation: ({ call }) => call("DELETE", "/approvals/delegation"),
  rotateHook: async ({ call }) => {
    await call("PUT", "/hooks/github", { scheme: "github" });
    return call("POST", "/hooks/github/rotate", {});
  },
  listenForSample: ({ call }) => call("POST", "/hooks/github/listen"),
  redriveHookDelivery: async (ground) => ground.call("POST", `/hooks/open/deliveries/${await hookCall(ground)}/redrive`),
  redriveHookDeliveries: ({ call }) => call("POST", "/hooks/open/deliveries/redrive", { filter: {} }),
  createWebhook: ({ call }) => call("POST", "/webhooks", webhook),
  updateWebhook: async (ground) => ground.call("PATCH", `/webhooks/${await made(ground, "/webhooks", webhook)}`, { description: "Billing" }),
  deleteWebhook: async (ground) => ground.call("DELETE", `/webhooks/${await made(ground, "/webhooks", webhook)}`),
  rotateWebhook: async (ground) => ground.call("POST", `/webhooks/${await made(ground, "/webhooks", webhook)}/rotate`, {}),
  testWebhook: async (ground) => ground.call("POST", `/webhooks/${await made(ground, "/webhooks", webhook)}/test`),
  redeliverWebhookDeliveries: async (ground) => ground.call("POST", `/webhooks/${await made(ground, "/webhooks", webhook)}/redeliver`, { filter: {} }),
  redeliverWebhookDelivery: async (ground) => {
    const id = idIn(await ground.call("POST", `/webhooks/${await made(ground, "/webhooks", webhook)}/test`));
    return ground.call("POST", `/webhook-deliveries/${id}/redeliver`);
  },
  replayDeadLetters: ({ call }) => call("POST", "/dead-letters/replay", {}),
  replayDeadLetter: async (ground) => ground.call("POST", `/dead-letters/hook_delivery/${await refusedCall(ground)}/replay`),
  discardDeadLetter: async (ground) => ground.call("POST", `/dead-letters/hook_delivery/${await refusedCall(ground)}/discard`),
  putHook: ({ call }) => call("PUT", "/hooks/github", { scheme: "github" }),
  deleteHook: async ({ call }) => {
    await call("PUT", "/hooks/github", { scheme: "github" });
    return call("DELETE", "/hooks/github");
  },
  createApiKey: ({ call }) => call("POST", "/api-keys", { name: "ci" }),
  revokeApiKey: async (ground) => ground.call("DELETE", `/api-keys/${await made(ground, "/api-keys", { name: "ci" })}`),
  createVariable: ({ call }) => call("POST", "/variables", variable()),
  updateVariable: async (ground) => ground.call("PATCH", `/variables/${await made(ground, "/variables", variable())}`, { value: "free" }),
  deleteVariable: async (ground) => ground.call("DELETE", `/variables/${await made(ground, "/variables", variable())}`),
  rotateDataKey: async (ground) => {
    await made(ground, "/variables", { name: "KEY", type: "secret", value: "s3cret-value-of-some-length", hosts: ["api.example.com"] });
    return ground.call("POST", "/variables/rotate-key");
  },
  createEmail: ({ call }) => call("POST", "/emails", email),
  resendEmail: async (ground) => {
    const id = await made(ground, "/emails", email);
    await env.DB.prepare("update mails set status = 'failed' where id = ?").bind(id).run();
    return ground.call("POST", `/emails/${id}/resend`);
  },
  createEmailTemplate: ({ call }) => call("POST", "/email-templates", emailTemplate()),
  updateEmailTemplate: async (ground) => ground.call("PATCH", `/email-templates/${await made(ground, "/email-templates", emailTemplate())}`, { subject: "Other" }),
  deleteEmailTemplate: async (ground) => ground.call("DELETE", `/email-templates/${await made(ground, "/email-templates", emailTemplate())}`),
  putEmailAccount: ({ call }) => call("PUT", "/email-account", emailAccount),
  deleteEmailAccount: async ({ call }) => {
    await call("PUT", "/email-account", emailAccount);
    return call("DELETE", "/email-account");
  },
  createUser: ({ call }) => call("POST", "/users", { ...invitation(), name: "New" }),
  updateUser: async ({ tenant, call }) => call("PATCH", `/users/${(await colleague(h, tenant)).id}`, { role: "viewer" }),
  removeUser: async ({ tenant, call }) => call("DELETE", `/users/${(await colleague(h, tenant)).id}`),
  createRole: ({ call }) => call("POST", "/roles", { name: name(), grants: {} }),
  updateRole: async (ground) => ground.call("PATCH", `/roles/${await made(ground, "/roles", { name: name(), grants: {} })}`, { grants: { "users.read": "own" } }),
  deleteRole: async (ground) => ground.call("DELETE", `/roles/${await made(ground, "/roles", { name: name(), grants: {} })}`),
  createTeam: ({ call }) => call("POST", "/teams", { name: name() }),
  updateTeam: async (ground) => ground.call("PATCH", `/teams/${await made(ground, "/teams", { name: name() })}`, { name: name() }),
  deleteTeam: async (ground) => ground.call("DELETE", `/teams/${await made(ground, "/teams", { name: name() })}`),
  updateTenantSettings: ({ call }) => call("PATCH", "/tenants/current/settings", { locale: "es" }),
  createInvitation: ({ call }) => call("POST", "/invitations", invitation()),
  resendInvitation: async (ground) => {
    const id = await made(ground, "/invitations", invitation());
    ahead = 120_000;
    return ground.call("POST", `/invitations/${id}/resend`).finally(() => (ahead = 0));
  },
  revokeInvitation: async (ground) => ground.call("DELETE", `/invitations/${await made(ground, "/invitations", invitation())}`),
  createSsoProvider: ({ call }) => call("POST", "/sso/providers", provider()),
  updateSsoProvider: async (ground) => ground.call("PATCH", `/sso/providers/${await made(ground, "/sso/providers", provider())}`, { name: "Other" }),
  deleteSsoProvider: async (ground) => ground.call("DELETE", `/sso/providers/${await made(ground, "/sso/providers", provider())}`),
  switchTenant: ofPerson((person) => person.call("POST", "/auth/switch", { tenant: person.tenant.id })),
  updateMe: ofPerson((person) => person.call("PATCH", "/auth/me", { name: "Somebody Else" })),
  changePassword: ofPerson((person) => person.call("POST", "/auth/password", { current_password: person.password, new_password: "twelve purple pears rest" })),
  logout: ofPerson((person) => person.call("POST", "/auth/logout")),
  revokeOtherSessions: ofPerson(async (person) => {
    await signIn(h, person);
    return person.call("DELETE", "/auth/sessions");
  }),
  revokeSession: ofPerson(async (person) => person.call("DELETE", `/auth/sessions/${(await signIn(h, person)).sessionId}`)),
  setUpMfa: ofPerson((person) => person.call("POST", "/auth/mfa/setup", { password: person.password })),
  enableMfa: ofPerson(async (person) => (await withMfa(person)).enabled),
  disableMfa: ofPerson(async (person) => person.call("POST", "/auth/mfa/disable", { password: person.password, code: (await withMfa(person)).code() })),
  renewRecoveryCodes: ofPerson(async (person) => person.call("POST", "/auth/mfa/recovery-codes", { code: (await withMfa(person)).code() })),
  setNotificationPreferences: ({ call }) => call("PUT", "/notifications/preferences", { preferences: [{ type: "execution.failed", in_app: false, email: true }] }),
  exportPerson: ({ call }) => call("POST", "/privacy/exports", { email: invitation().email }),
  erasePerson: ({ call }) => {
    const { email } = invitation();
    return call("POST", "/privacy/erasures", { email, confirm: email });
  },
  exportTenant: ({ call }) => call("POST", "/tenants/current/export"),
  importTenant: () => {
    const row = { id: crypto.randomUUID(), slug: `imported-${crypto.randomUUID()}`, name: name(), plan: "free", status: "active", settings: {}, egress: null, limits: null, created_at: 1 };
    const lines = [{ format: "everstep-tenant", version: 1 }, { place: "tenants", row }].map((line) => JSON.stringify(line));
    return h.call(operatorKey, "POST", "/api/v1/operator/tenants/import", lines.join("\n"), { "content-type": "application/x-ndjson" });
  },
  upsertTenant: ({ tenant }) => h.call(operatorKey, "POST", "/api/v1/operator/tenants", { slug: tenant.slug, name: name() }),
  operateTenant: ({ tenant }) => h.call(operatorKey, "PATCH", `/api/v1/operator/tenants/${tenant.id}`, { plan: "pro" }),
  seedPerson: ({ tenant }) => h.call(operatorKey, "POST", `/api/v1/operator/tenants/${tenant.id}/people`, { email: `${crypto.randomUUID()}@example.com`, name: "Seeded", role: "viewer", password: "seven green apples fall" }),
};

/** What leaves none, and why. */
const unaudited: Record<string, string> = {
  previewImport: "it only shows what would be",
  createUpdatesTicket: "it opens nothing but a socket that shows what its holder may see, for 30 seconds",
  previewAction: "it only shows what would be",
  validateSource: "it only shows what would be",
  validateWorkflow: "it only shows what would be",
  previewDeployment: "it only shows what would be",
  previewPublish: "it only shows what would be",
  previewEmailTemplate: "it only shows what would be",
  testEmailAccount: "it changes nothing: it connects, and says what came of it",
  eraseTenant: "the tenant's log goes with it; the operator's receipt says who",
  executeWorkflow: "an execution is in the tenant's index, with who started it",
  testWorkflowStep: "an execution is in the tenant's index, with who started it",
  testRunWorkflow: "an execution is in the tenant's index, with who started it",
  readNotification: "what somebody has read is nobody else's business",
  readAllNotifications: "what somebody has read is nobody else's business",
};

/** Of what cannot be read without saying what. */
const neededQueries: Record<string, string> = {
  "/api/v1/calendar": "?from=2026-01-01T00:00:00Z&to=2026-01-08T00:00:00Z",
  "/api/v1/custom-fields": "?entity=lead",
  "/api/v1/duplicates": "?entity=leads",
  "/api/v1/duplicates/check": "?entity=leads&email=ada@example.com",
  "/api/v1/search": "?q=ada",
};

interface Operation {
  operationId: string;
  "x-auth": string;
  "x-people-only"?: boolean;
}

const document = await h.call(null, "GET", "/api/v1/openapi.json");
const paths = document.body["paths"] as unknown as Record<string, Record<string, Operation>>;
/** The same thing at another path has a number behind its name. */
const operations = Object.values(paths)
  .flatMap((methods) => Object.entries(methods))
  .filter(([method, operation]) => method !== "get" && operation["x-auth"] !== "public" && !/_\d+$/.test(operation.operationId))
  .map(([, operation]) => operation);

const eventsOf = async (answer: Answered) => (await env.DB.prepare("select tenant_id, actor_kind, action from audit_events where request_id = ?").bind(answer.headers.get("x-request-id")).all<{ tenant_id: string; actor_kind: string; action: string }>()).results;

describe("a change leaves its audit event", () => {
  beforeAll(() => {
    const endpoints = Object.fromEntries(["authorization_endpoint", "token_endpoint", "jwks_uri"].map((endpoint) => [endpoint, `https://login.example.com/${endpoint}`]));
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json({ issuer: "https://login.example.com", ...endpoints }));
    vi.spyOn(console, "warn").mockImplementation(() => {});
  });
  afterAll(() => void vi.restoreAllMocks());

  it.each(operations.map((operation) => [operation.operationId, operation["x-auth"]] as const))("%s", async (operationId, auth) => {
    if (operationId in unaudited) return;
    const change = changes[operationId];
    if (!change) throw new Error(`The route ${operationId} changes something and has no call in this test: add one to \`changes\`, or say in \`unaudited\` why it needs no event.`);
    const tenant = await h.newTenant();
    const admin = await colleague(h, tenant, { role: "admin" });
    const answer = await change({ tenant, call: admin.call });
    expect(answer.status, answer.text).toBeLessThan(300);
    const events = await eventsOf(answer);
    expect(events.length).toBeGreaterThan(0);
    expect(new Set(events.map(({ actor_kind }) => actor_kind))).toEqual(new Set([auth === "operator" ? "operator" : "user"]));
    if (auth === "tenant") expect(listed(await admin.call("GET", `/audit?request_id=${answer.headers.get("x-request-id")}`)).map(({ action }) => action).sort()).toEqual(events.map(({ action }) => action).sort());
  });

  it("and nothing here is about a route that is gone", () => {
    const known = new Set(operations.map(({ operationId }) => operationId));
    expect([...Object.keys(changes), ...Object.keys(unaudited)].filter((operationId) => !known.has(operationId))).toEqual([]);
  });

  it("and only reading leaves none", async () => {
    const tenant = await h.newTenant();
    const reads = Object.entries(paths).flatMap(([path, methods]) => (methods["get"]?.["x-auth"] === "tenant" && !methods["get"]["x-people-only"] && !path.includes("{") ? [path] : []));
    expect(reads.length).toBeGreaterThan(10);
    for (const path of reads) {
      const answer = await h.call(tenant.key, "GET", `${path}${neededQueries[path] ?? ""}`);
      expect(answer.status, `${path} ${answer.text}`).toBe(200);
      expect(await eventsOf(answer), path).toEqual([]);
    }
  });
});

describe("what an execution refuses", () => {
  it("leaves no event, and neither does what it has had already", async () => {
    const tenant = await h.newTenant();
    const gone = await tenant.call("POST", `/executions/${crypto.randomUUID()}/cancel`, {});
    expect([gone.status, await eventsOf(gone)]).toEqual([404, []]);
    const id = await execution({ tenant, call: tenant.call });
    const send = () => tenant.call("POST", `/executions/${id}/events`, { type: "paid" }, { "idempotency-key": "e-1" });
    expect(await eventsOf(await send())).toMatchObject([{ action: "execution.send_event" }]);
    expect(await eventsOf(await send())).toEqual([]);
    const anew = () => tenant.call("POST", `/executions/${id}/retry`, { mode: "new" }, { "idempotency-key": "r-1" });
    expect(await eventsOf(await anew())).toMatchObject([{ action: "execution.retry" }]);
    expect(await eventsOf(await anew())).toEqual([]);
  });
});
