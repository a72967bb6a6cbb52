// `npm run demo`: fills the demo tenant of a running `npm start` with a company, and deploys
// three workflows that act on it. Run again, it makes what is missing and nothing twice.
//
// EVERSTEP_DATA   data folder of that server (.everstep)
import "./server/node-version.mjs";
import { existsSync } from "node:fs";
import { Api } from "./demo/api.mjs";
import { planCompany } from "./demo/company.mjs";
import { makeRecords, paths } from "./demo/records.mjs";
import { makeSettings } from "./demo/settings.mjs";
import { setToWork, switchOff, switchOn } from "./demo/workflows.mjs";
import { openDataFolder, readJson } from "./server/files.mjs";
import { heldBy, StartError } from "./server/lock.mjs";
import { dim, fail, say } from "./server/output.mjs";
import { demoTenant } from "./server/prepare.mjs";

try {
  await demo();
} catch (error) {
  fail(error instanceof StartError ? error.message : (error.stack ?? String(error)));
  process.exitCode = 1;
}

async function demo() {
  const began = Date.now();
  const data = process.env.EVERSTEP_DATA || ".everstep";
  const folder = existsSync(data) ? openDataFolder(data) : undefined;
  if (folder && readJson(folder.prepared)?.production) throw new StartError(`${folder.root} is a production installation: demo data goes only to a server of npm start.`);
  const url = folder && heldBy(folder)?.url;
  const keys = folder && readJson(folder.keys);
  if (!url || !keys?.apiKey) throw new StartError(`no server of npm start runs on ${data}: start it, then run npm run demo in a second terminal`);
  const api = new Api(url, keys.apiKey);
  const { slug } = await api.ask("GET", "tenants/current");
  if (slug !== demoTenant) throw new StartError(`the key of ${data} opens the tenant ${slug}: demo data goes to ${demoTenant} alone`);

  const were = await switchOff(api);
  const settings = await makeSettings(api, new Api(url, keys.operatorKey), folder);
  const records = await makeRecords(api, planCompany(new Date()), settings);
  const deployed = await switchOn(api, were);
  await setToWork(api, records);

  say(`The demo company is there ${dim(`(${Date.now() - began} ms)`)}:`);
  for (const path of [...Object.values(paths), "tasks", "notes", "activities"]) say(`  ${path.padEnd(12)}${(await api.ask("GET", `${path}?limit=1&count=true`)).pagination.total}`);
  say(`Deployed: ${deployed.join(", ")}`);
  say(`Mails are at ${url}/dev/mail, passwords of its people in ${folder.people}. To see what its workflows did:`);
  say("  npx everstep executions");
}
