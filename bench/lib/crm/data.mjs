// A data folder with a large tenant and twenty small ones in one D1: made once, kept for
// further runs (`EVERSTEP_BENCH_DATA` says where), and copied for each, because runs write.
import { createHash } from "node:crypto";
import { constants, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { migrate, readMigrations } from "../../../tools/server/migrate.mjs";
import { projectRoot } from "../../../tools/server/worker.mjs";
import { post } from "../prepare.mjs";
import { newKeys } from "../runtime.mjs";
import { fill, openDatabase } from "./fill.mjs";
import { segments, stages, tagNames } from "./vocabulary.mjs";

/** One more whenever other data comes of the same seed. */
const generation = 1;
const seed = 20261121;
const sizes = {
  full: { leads: 1_000_000, deals: 50_000, contacts: 20_000, neighbours: 20, each: 10_000 },
  quick: { leads: 50_000, deals: 5_000, contacts: 1_000, neighbours: 4, each: 1_000 },
};
const day = 86_400_000;

/**
 * @param start starts a runtime on a folder, with keys
 * @returns the folder of this run, and what is in it: `about.json`
 */
export async function crmData({ quick, start, root, say }) {
  const size = sizes[quick ? "quick" : "full"];
  const schema = createHash("sha256");
  for (const { sql } of readMigrations(join(projectRoot, "migrations"))) schema.update(sql);
  const kept = join(process.env.EVERSTEP_BENCH_DATA ?? join(tmpdir(), "everstep-bench-data"), `crm-${size.leads}-${generation}-${schema.digest("hex").slice(0, 12)}`);
  if (!existsSync(join(kept, "about.json"))) await make(kept, size, start, say);
  const folder = join(root, "crm");
  cpSync(join(kept, "state"), folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return { folder, ...JSON.parse(readFileSync(join(kept, "about.json"), "utf8")) };
}

async function make(kept, size, start, say) {
  const began = performance.now();
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  const keys = newKeys();
  const state = join(kept, "state");
  const runtime = await start(state, keys);
  await migrate(await runtime.miniflare.getD1Database("DB"), readMigrations(join(projectRoot, "migrations")));
  const large = await largeTenant(runtime, keys, size);
  const neighbours = [];
  for (let index = 0; index < size.neighbours; index++) neighbours.push({ ...(await post(runtime, "operator/tenants", keys.operatorKey, { slug: `neighbour-${index}`, name: `Neighbour ${index}` })), leads: size.each, owners: 10 });
  await runtime.stop();
  const file = databaseIn(state);
  const database = openDatabase(file);
  const to = Math.floor(Date.now() / day) * day;
  const from = to - 3 * 365 * day;
  fill(database, { tenants: [large, ...neighbours], seed, from, to, say: (text) => say(`generating: ${text}`) });
  database.close();
  const seconds = Math.round((performance.now() - began) / 1000);
  const mib = Math.round(statSync(file).size / 1024 ** 2);
  say(`generated ${size.leads} leads in ${seconds} s, ${mib} MiB`);
  const about = { keys, tenant: large.id, tags: large.tags, pipeline: large.pipeline, stages: large.stages, leads: size.leads, deals: size.deals, from, to, seconds, mib };
  writeFileSync(join(kept, "about.new"), JSON.stringify(about), { mode: 0o600 });
  renameSync(join(kept, "about.new"), join(kept, "about.json"));
}

/** What is few is made through the interface. */
async function largeTenant(runtime, keys, size) {
  const { id } = await post(runtime, "operator/tenants", keys.operatorKey, { slug: "large", name: "Large", api_key: keys.apiKey, plan: "enterprise" });
  const made = (path, body) => post(runtime, path, keys.apiKey, body);
  const tags = [];
  for (const name of tagNames) tags.push((await made("tags", { name })).id);
  await made("custom-fields", { entity: "lead", key: "segment", title: "Segment", type: "select", options: segments });
  await made("custom-fields", { entity: "lead", key: "employees", title: "Employees", type: "number" });
  const { id: pipeline } = await made("pipelines", { name: "Sales", stages });
  const board = await (await fetch(`${runtime.url}/api/v1/pipelines/${pipeline}/board`, { headers: { authorization: `Bearer ${keys.apiKey}` } })).json();
  return { id, ...size, owners: 200, tags, pipeline, stages: board.stages.map(({ stage }) => stage) };
}

/** D1's own file is the one that has tables of ours. */
function databaseIn(state) {
  const files = readdirSync(state, { recursive: true }).filter((name) => /(^|[\\/])d1[\\/].*\.sqlite$/.test(name) && !name.endsWith("metadata.sqlite"));
  const [file] = files.map((name) => join(state, name)).sort((a, b) => statSync(b).size - statSync(a).size);
  if (!file) throw new Error(`there is no D1 database in ${state}`);
  return file;
}
