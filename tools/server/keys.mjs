// The server's own secrets: made once, kept in the data folder, never printed.
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readJson, writePrivateJson } from "./files.mjs";
import { StartError } from "./lock.mjs";

const newMasterKey = () => randomBytes(32).toString("base64");
const newOperatorKey = () => `eo_${randomBytes(32).toString("base64url")}`;
const newApiKey = () => `es_${randomBytes(32).toString("base64url")}`;

/**
 * @param {import("./files.mjs").DataFolder} folder
 * @returns {{ masterKey: string, masterKeyPrevious?: string, operatorKey: string, apiKey: string }} masterKey: 32
 * bytes, base64; masterKeyPrevious: put there by hand for a rotation (docs/secrets.md)
 * @throws StartError when the folder's data was sealed under another master key
 */
export function loadKeys(folder) {
  const kept = readJson(folder.keys) ?? {};
  const keys = { ...loadFrom(kept, {}), apiKey: kept.apiKey ?? newApiKey() };
  return keep(folder, kept, keys, keys);
}

/**
 * In production: the environment goes before the folder, where what comes from it is not
 * written; there is no demo tenant, so no key of it.
 * @param {import("./files.mjs").DataFolder} folder
 * @param {Record<string, string | undefined>} env MASTER_KEY, MASTER_KEY_PREVIOUS, OPERATOR_KEY
 * @throws StartError when a key is none, or not the one the folder's data was sealed under
 */
export function loadProductionKeys(folder, env) {
  const kept = readJson(folder.keys) ?? {};
  const keys = loadFrom(kept, env);
  mustBeMasterKey("MASTER_KEY", keys.masterKey);
  if (keys.masterKeyPrevious) mustBeMasterKey("MASTER_KEY_PREVIOUS", keys.masterKeyPrevious);
  if (keys.operatorKey.length < 16) throw new StartError("OPERATOR_KEY must have 16 characters or more: openssl rand -base64 32");
  const made = { ...kept, ...(env.MASTER_KEY ? {} : { masterKey: keys.masterKey }), ...(env.OPERATOR_KEY ? {} : { operatorKey: keys.operatorKey }) };
  return keep(folder, kept, made, keys);
}

function loadFrom(kept, env) {
  const masterKeyPrevious = env.MASTER_KEY_PREVIOUS || kept.masterKeyPrevious;
  return { masterKey: env.MASTER_KEY || kept.masterKey || newMasterKey(), ...(masterKeyPrevious ? { masterKeyPrevious } : {}), operatorKey: env.OPERATOR_KEY || kept.operatorKey || newOperatorKey() };
}

/** Writes down what was made, once it is clear that it opens the data. @returns what is used */
function keep(folder, kept, made, used) {
  const fresh = mustOpen(folder, used);
  if (Object.keys(made).some((name) => made[name] !== kept[name])) writePrivateJson(folder.keys, made);
  if (fresh) writeFileSync(folder.masterKeyId, `${fresh}\n`, { mode: 0o600 });
  return used;
}

function mustBeMasterKey(name, key) {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) throw new StartError(`${name} must be 32 bytes in base64: openssl rand -base64 32`);
}

/** Tells keys apart, and tells nobody the key. */
const fingerprint = (masterKey) => createHmac("sha256", masterKey).update("everstep master key").digest("hex").slice(0, 16);

/**
 * With another key every stored secret would be unreadable: better no start than such a one.
 * @returns the fingerprint, when it is to be written down
 */
function mustOpen(folder, { masterKey, masterKeyPrevious }) {
  const known = existsSync(folder.masterKeyId) ? readFileSync(folder.masterKeyId, "utf8").trim() : undefined;
  const now = fingerprint(masterKey);
  if (known === now) return undefined;
  if (known === undefined || (masterKeyPrevious && known === fingerprint(masterKeyPrevious))) return now;
  throw new StartError(
    `the data in ${folder.root} was sealed under another master key than the one given here.\n` +
      `Put that one back (MASTER_KEY, or masterKey in ${folder.keys}: a backup holds it only if made with --with-keys). ` +
      `To give up what it seals (secrets, signing keys, second factors), delete ${folder.masterKeyId}.`,
  );
}

/** The secret of a demo webhook: made once, so that a sender keeps working over restarts. */
export function hookSecret(folder, path, scheme) {
  const hooks = readJson(folder.hooks) ?? {};
  if (!hooks[path]) {
    hooks[path] = { scheme, secret: randomBytes(24).toString("hex") };
    writePrivateJson(folder.hooks, hooks);
  }
  return hooks[path].secret;
}
