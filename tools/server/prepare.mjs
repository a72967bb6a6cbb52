// What a fresh data folder needs before the server opens: tables, the demo tenant, its
// workflows, its webhook secret. Done again only for what changed, so that a workflow you
// deployed to the demo tenant stays over a restart.
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readJson, writePrivateJson } from "./files.mjs";
import { hookSecret } from "./keys.mjs";
import { StartError } from "./lock.mjs";
import { migrate, readMigrations } from "./migrate.mjs";
import { say, warn } from "./output.mjs";
import { projectRoot } from "./worker.mjs";

export const demoTenant = "demo";
/** Two tenants, so that it can be seen that neither sees the other. */
const demoTenants = [
  { slug: demoTenant, name: "Demo", domain: "demo.example" },
  { slug: "acme", name: "Acme", domain: "acme.example" },
];
/** Those that act on records come with `npm run demo`, which makes the records. */
const demoWorkflows = ["github-push.ts", "welcome.ts"];
const demoPeople = [
  ["admin", "Ada Admin"],
  ["manager", "Manuel Manager"],
  ["member", "Mina Member"],
  ["viewer", "Viktor Viewer"],
];
const digest = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");

/**
 * @param {import("./files.mjs").DataFolder} folder
 * @param {boolean} production only the tables, nothing of the demo
 * @returns what there is to do; `null` when nothing
 * @throws StartError when the folder is a production installation's and this is not
 */
export async function planPreparation(folder, config, keys, production = false) {
  const database = config.d1_databases[0];
  const migrations = database ? readMigrations(join(projectRoot, database.migrations_dir ?? "migrations")) : [];
  const done = readJson(folder.prepared) ?? {};
  if (done.production && !production) throw new StartError(`${folder.root} is a production installation: npm run serve goes on with it. npm start would put demo tenants into it; give that another folder (EVERSTEP_DATA).`);
  if (production && done.tenant) warn(`${folder.root} holds the demo tenants of npm start, with an API key and passwords that lie in the folder.`);
  const demo = production ? undefined : await bundleDemo();
  const ofDemo = { tenant: digest([demoTenant, keys.apiKey]), people: digest([demoTenants, demoPeople]), demo: demo ? digest(demo) : null, hook: "github" };
  // A folder that has the demo already may go on with both.
  const ofProduction = done.tenant ? {} : { production: true };
  const wanted = { migrations: digest(migrations), ...(production ? ofProduction : ofDemo) };
  const todo = Object.keys(wanted).filter((part) => wanted[part] !== done[part]);
  return todo.length === 0 ? null : { todo, wanted, done, migrations, demo, binding: database?.binding };
}

async function bundleDemo() {
  const files = demoWorkflows.map((file) => join(projectRoot, "workflows", file)).filter((file) => existsSync(file));
  if (files.length === 0) return undefined;
  const { bundleForDeploy } = await import("../../sdk/dist/cli/bundle/index.js");
  try {
    const { request } = await bundleForDeploy(files);
    return { ...request, message: "Demo workflows" };
  } catch (error) {
    warn(`The demo workflows do not build and are not deployed:\n${error.message}`);
    return undefined;
  }
}

/** Carries out a plan through the runtime's own interface. */
export async function prepare(runtime, plan, folder, keys) {
  const { todo, wanted, done, migrations, demo, binding } = plan;
  const finished = (part) => {
    done[part] = wanted[part];
    writePrivateJson(folder.prepared, done);
  };
  if (todo.includes("migrations")) {
    if (binding) await migrate(await runtime.getD1Database(binding), migrations);
    finished("migrations");
  }
  if (todo.includes("production")) finished("production");
  const base = new URL("/api/v1/", await runtime.ready);
  const send = (method, path, bearer, body) => request(runtime, method, new URL(path, base), bearer, body);
  if (todo.includes("tenant")) {
    await send("POST", "operator/tenants", keys.operatorKey, { slug: demoTenant, name: "Demo", api_key: keys.apiKey, plan: "enterprise" });
    finished("tenant");
  }
  if (todo.includes("people")) {
    await seedPeople(folder, keys, send);
    finished("people");
  }
  if (todo.includes("demo") && demo) {
    try {
      const deployed = await send("POST", "deployments", keys.apiKey, demo);
      say(`Deployed the demo workflows: ${deployed.workflows.map(({ id }) => id).join(", ")}`);
      finished("demo");
    } catch (error) {
      warn(`The demo workflows were not deployed: ${error.message}`);
    }
  }
  if (todo.includes("hook")) {
    await send("PUT", "hooks/github", keys.apiKey, { scheme: "github", secret: hookSecret(folder, "github", "github") });
    finished("hook");
  }
}

/** A person of each role in each tenant; their passwords lie in the data folder. */
async function seedPeople(folder, keys, send) {
  const kept = readJson(folder.people) ?? [];
  const people = [];
  for (const { slug, name, domain } of demoTenants) {
    const key = slug === demoTenant ? { api_key: keys.apiKey } : {};
    const { id } = await send("POST", "operator/tenants", keys.operatorKey, { slug, name, ...key });
    await send("PATCH", `operator/tenants/${id}`, keys.operatorKey, { plan: "enterprise" });
    const here = demoPeople.map(([role, person]) => {
      const email = `${role}@${domain}`;
      return { tenant: slug, name: person, role, email, password: kept.find((one) => one.email === email)?.password ?? randomBytes(12).toString("base64url") };
    });
    people.push(...here);
    // Written first: an account whose password is lost would be of no use.
    writePrivateJson(folder.people, people);
    for (const { name: person, role, email, password } of here) await send("POST", `operator/tenants/${id}/people`, keys.operatorKey, { email, name: person, role, password });
  }
}

async function request(runtime, method, url, bearer, body) {
  const reply = await runtime.dispatchFetch(url, {
    method,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await reply.text();
  if (reply.ok) return JSON.parse(text || "null");
  let detail = text;
  try {
    const problem = JSON.parse(text);
    detail = [problem.detail, ...(problem.errors ?? []).map(({ pointer, detail: reason }) => `  ${pointer}: ${reason}`)].join("\n");
  } catch {
    // Not a problem document: the text says it.
  }
  throw new Error(`${method} ${url.pathname} answered ${reply.status}: ${detail}`);
}
