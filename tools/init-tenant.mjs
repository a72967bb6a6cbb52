// `npm run init-tenant -- SLUG --admin ADDRESS`: a tenant and its first admin, on a running
// server of this machine or, with --url and OPERATOR_KEY, on any installation.
import "./server/node-version.mjs";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { openDataFolder, readJson } from "./server/files.mjs";
import { heldBy, StartError } from "./server/lock.mjs";
import { fail, say } from "./server/output.mjs";

const usage = "npm run init-tenant -- SLUG --admin ADDRESS [--name NAME] [--person NAME] [--plan PLAN] [--url URL] [--data FOLDER]";
const options = { admin: { type: "string" }, name: { type: "string" }, person: { type: "string" }, plan: { type: "string" }, url: { type: "string" }, data: { type: "string" } };

try {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [slug, ...rest] = positionals;
  if (!slug || rest.length > 0 || !values.admin) throw new StartError(`say which tenant, and who is its admin: ${usage}`);
  await makeTenant(connection(values), slug, values);
} catch (error) {
  const known = error instanceof StartError || error.code?.startsWith("ERR_PARSE_ARGS");
  fail(known ? `${error.message}${error instanceof StartError ? "" : `\n${usage}`}` : (error.stack ?? String(error)));
  process.exitCode = 1;
}

async function makeTenant(ask, slug, { admin, name = slug, person = admin, plan }) {
  const { data: [there] } = await ask("GET", `operator/tenants?slug=${encodeURIComponent(slug)}`);
  const tenant = there ?? (await ask("POST", "operator/tenants", { slug, name, ...(plan ? { plan } : {}) }));
  say(there ? `The tenant ${slug} is there already and stays as it is.` : `Made the tenant ${slug} (${tenant.id}).`);
  const password = randomBytes(15).toString("base64url");
  let made;
  try {
    made = await ask("POST", `operator/tenants/${tenant.id}/people`, { email: admin, name: person, role: "admin", password });
  } finally {
    if (tenant.api_key) say(`API key, shown this once:  ${tenant.api_key}`);
  }
  say(`${admin} is ${made.role} of it.`);
  // Whether the address had an account is not told to whoever asks.
  if (made.id && (await isNew(ask, admin, password, slug))) say(`Password, shown this once: ${password}\nSign in with it and change it (POST /auth/password), or by "forgot password".`);
  else say("The address had an account: its password stays.");
}

/** Does the password open the account? Then it was made now. */
async function isNew(ask, email, password, tenant) {
  try {
    await ask("POST", "auth/login", { email, password, tenant });
    return true;
  } catch (error) {
    if (error.code === "invalid-credentials" || error.code === "too-many-attempts") return false;
    throw error;
  }
}

function connection({ url, data = process.env.EVERSTEP_DATA || ".everstep" }) {
  const folder = existsSync(data) ? openDataFolder(data) : undefined;
  const base = url ?? (folder && heldBy(folder)?.url);
  if (!base) throw new StartError(`no server runs on ${data}: start it (npm run serve), or name one with --url`);
  const key = process.env.OPERATOR_KEY || (folder && !url ? readJson(folder.keys)?.operatorKey : undefined);
  if (!key) throw new StartError("the operator's key is not known here: give it as OPERATOR_KEY");
  return async (method, path, body) => {
    const reply = await fetch(new URL(`/api/v1/${path}`, base), {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await reply.json().catch(() => ({}));
    if (reply.ok) return answer;
    const why = [answer.detail ?? `status ${reply.status}`, ...(answer.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`)].join("; ");
    throw Object.assign(new StartError(`${method} ${new URL(base).origin}/api/v1/${path.split("?")[0]}: ${why}`), { code: answer.code });
  };
}
