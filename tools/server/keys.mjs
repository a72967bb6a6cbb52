// The server's own secrets: made once, kept in the data folder, never printed.
import { randomBytes } from "node:crypto";
import { readJson, writePrivateJson } from "./files.mjs";

/**
 * @param {import("./files.mjs").DataFolder} folder
 * @returns {{ masterKey: string, masterKeyPrevious?: string, operatorKey: string, apiKey: string }} masterKey: 32
 * bytes, base64; masterKeyPrevious: put there by hand for a rotation (docs/secrets.md)
 */
export function loadKeys(folder) {
  const kept = readJson(folder.keys) ?? {};
  const keys = {
    masterKey: kept.masterKey ?? randomBytes(32).toString("base64"),
    ...(kept.masterKeyPrevious ? { masterKeyPrevious: kept.masterKeyPrevious } : {}),
    operatorKey: kept.operatorKey ?? `eo_${randomBytes(32).toString("base64url")}`,
    apiKey: kept.apiKey ?? `es_${randomBytes(32).toString("base64url")}`,
  };
  if (Object.keys(keys).some((name) => keys[name] !== kept[name])) writePrivateJson(folder.keys, keys);
  return keys;
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
