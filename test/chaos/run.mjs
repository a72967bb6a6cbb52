// `npm run chaos`: kills the local server again and again while executions are under way and
// checks that nothing is lost, stuck, doubled or ahead of history. See docs/durability.md.
//
// --quick          3 kills, 60 executions (otherwise 10 and 240)
// --seed N         repeats a plan (otherwise a new one every time)
// --kills N  --executions N  --items N  --patience SECONDS
// --json FILE      also writes the report there
// --only engine|bus|crm   one of the runs: executions; what starts and what waits; records
// --fault forget   of records: has what was done forgotten at each kill; the run must notice
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chaosBus } from "./bus/bus.ts";
import { chaos } from "./chaos.ts";
import { chaosCrm } from "./crm/crm.ts";
import { full, fullBus, fullCrm, quick, quickBus, quickCrm } from "./sizes.ts";
import { tableOf } from "./report.ts";

const text = { type: "string" };
const { values } = parseArgs({ options: { quick: { type: "boolean" }, seed: text, kills: text, executions: text, items: text, patience: text, json: text, only: text, fault: text } });
const size = values.quick ? quick : full;
const number = (given, otherwise) => (given === undefined ? otherwise : Number(given));
const options = {
  seed: number(values.seed, Math.floor(Math.random() * 1e9)),
  kills: number(values.kills, size.kills),
  executions: number(values.executions, size.executions),
  patienceMs: number(values.patience, size.patienceMs / 1000) * 1000,
};

const choose = (name, given, among) => {
  if (given !== undefined && !among.includes(given)) throw new Error(`--${name} ${given}: it is ${among.join(", ")}`);
};
choose("only", values.only, ["engine", "bus", "crm"]);
choose("fault", values.fault, ["forget"]);

const reports = {};
const wanted = (run) => values.only === undefined || values.only === run;
const sized = ({ kills, items, patienceMs }) => ({ seed: options.seed, kills: number(values.kills, kills), items: number(values.items, items), patienceMs: number(values.patience, patienceMs / 1000) * 1000 });

if (wanted("engine")) {
  console.log(`chaos: ${options.executions} executions, ${options.kills} kills, seed ${options.seed}`);
  reports.engine = await chaos(options, console.log);
  console.log(`\n${tableOf(reports.engine)}\n`);
  tell(reports.engine, "Nothing lost, nothing stuck, nothing doubled, nothing ahead of history.");
}
if (wanted("bus")) {
  const busOptions = sized(values.quick ? quickBus : fullBus);
  console.log(`\nchaos: ${busOptions.items} events, deliveries, approvals and waits, a schedule every second, ${busOptions.kills} kills, seed ${options.seed}`);
  reports.bus = await chaosBus(busOptions, console.log);
  tell(reports.bus, "No event lost, no schedule fired twice, no approval decided twice, every webhook under one id.");
}
if (wanted("crm")) {
  const crmOptions = { ...sized(values.quick ? quickCrm : fullCrm), fault: values.fault };
  console.log(`\nchaos: ${crmOptions.items} workflows and as many calls of clients that change records, ${crmOptions.kills} kills, seed ${options.seed}`);
  reports.crm = await chaosCrm(crmOptions, console.log);
  tell(reports.crm, "No change lost, none made twice: rows, numbers, sums, history and events are the model's.");
}

function tell(report, praise) {
  const { server_output: serverOutput, ...summary } = report;
  if (report.violations.length > 0) {
    console.error(`What the server printed last:\n${serverOutput.slice(-8_000)}\n`);
    console.error(report.violations.slice(0, 50).map((violation) => `  violation: ${violation.slice(0, 400)}`).join("\n"));
  }
  console.log(JSON.stringify({ ...summary, violations: report.violations.length }));
  console.log(report.violations.length === 0 ? `\n${praise}` : `\n${report.violations.length} violations. The same plan again: --seed ${options.seed}`);
}

if (values.json) writeFileSync(values.json, `${JSON.stringify(reports, null, 2)}\n`);
process.exitCode = Object.values(reports).every(({ violations }) => violations.length === 0) ? 0 : 1;
