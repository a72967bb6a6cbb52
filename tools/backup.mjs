// `npm run backup -- --to FILE.tar.gz|FOLDER [--data FOLDER] [--with-keys]`: everything a local
// server keeps, as of one instant, also while it runs (docs/run-on-one-machine.md).
import "./server/node-version.mjs";
import { parseArgs } from "node:util";
import { makeBackup } from "./server/backup/make.mjs";
import { StartError } from "./server/lock.mjs";
import { fail, say, warn } from "./server/output.mjs";

const usage = "npm run backup -- --to FILE.tar.gz|FOLDER [--data FOLDER] [--with-keys]";
// Personal data: for the owner's eyes alone, also what tar writes.
process.umask(0o077);
// Lets go of what it holds.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

try {
  const { values } = parseArgs({ options: { to: { type: "string" }, data: { type: "string" }, "with-keys": { type: "boolean", default: false } } });
  if (!values.to) throw new StartError(`say where to: ${usage}`);
  const data = values.data ?? (process.env.EVERSTEP_DATA || ".everstep");
  const { files, bytes, sha256, pausedMs } = await makeBackup({ data, to: values.to, withKeys: values["with-keys"] });
  say(`Backup of ${data} in ${values.to}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB${pausedMs === null ? "" : `; the server stood still for ${Math.round(pausedMs)} ms`}.`);
  say(`SHA-256 of its manifest: ${sha256}`);
  if (values["with-keys"]) warn("THIS BACKUP HOLDS THE KEYS: whoever has it can read every secret in it and act as the operator. Keep it as you keep the master key.");
  else say("It holds no keys: keep the master key (keys.json, or MASTER_KEY) elsewhere. Without it the secrets in this backup stay closed.");
} catch (error) {
  const known = error instanceof StartError || error.code?.startsWith("ERR_PARSE_ARGS");
  fail(known ? `${error.message}${error instanceof StartError ? "" : `\n${usage}`}` : (error.stack ?? String(error)));
  process.exitCode = 1;
}
