// `npm run restore -- --from FILE.tar.gz|FOLDER --data FOLDER`: a backup into a new data folder.
import "./server/node-version.mjs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { restoreBackup } from "./server/backup/restore.mjs";
import { StartError } from "./server/lock.mjs";
import { fail, say, warn } from "./server/output.mjs";

const usage = "npm run restore -- --from FILE.tar.gz|FOLDER --data FOLDER";
process.umask(0o077);

try {
  const { values } = parseArgs({ options: { from: { type: "string" }, data: { type: "string" } } });
  if (!values.from || !values.data) throw new StartError(`say from where, and into which folder: ${usage}`);
  const { created_at: createdAt, files, everstep } = await restoreBackup({ from: values.from, data: values.data });
  say(`Restored the backup of ${createdAt} (Everstep ${everstep}, ${files.length} files) into ${values.data}.`);
  if (!existsSync(join(values.data, "keys.json"))) warn(`It holds no keys: put keys.json of that time into ${values.data}, or start the server with that MASTER_KEY. It does not start with another.`);
  warn("Do not run it beside the server it was made of: both would go on with the same executions, and send the same requests and mails.");
} catch (error) {
  const known = error instanceof StartError || error.code?.startsWith("ERR_PARSE_ARGS");
  fail(known ? `${error.message}${error instanceof StartError ? "" : `\n${usage}`}` : (error.stack ?? String(error)));
  process.exitCode = 1;
}
