// `npm run chaos`: kills the local server again and again while executions are under way and
// checks that nothing is lost, stuck, doubled or ahead of history. See docs/durability.md.
//
// --quick          3 kills, 60 executions (otherwise 10 and 240)
// --seed N         repeats a plan (otherwise a new one every time)
// --kills N  --executions N  --items N  --patience SECONDS
// --json FILE      also writes the report there
// --only engine|bus   one of the two runs: executions; or what starts and what waits
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chaosBus } from "./bus/bus.ts";
import { chaos } from "./chaos.ts";
import { full, fullBus, quick, quickBus } from "./sizes.ts";
import { tableOf } from "./report.ts";

const text = { type: "string" };
const { values } = parseArgs({ options: { quick: { type: "boolean" }, seed: text, kills: text, executions: text, items: text, patience: text, json: text, only: text } });
const size = values.quick ? quick : full;
const number = (given, otherwise) => (given === undefined ? otherwise : Number(given));
const options = {
  seed: number(values.seed, Math.floor(Math.random() * 1e9)),
  kills: number(values.kills, size.kills),
  executions: number(values.executions, size.executions),
  patienceMs: number(values.patience, size.patienceMs / 1000) * 1000,
};

const reports = {};

if (values.only !== "bus") {
  console.log(`chaos: ${options.executions} executions, ${options.kills} kills, seed ${options.seed}`);
  reports.engine = await chaos(options, console.log);
  console.log(`\n${tableOf(reports.engine)}\n`);
  tell(reports.engine, "Nothing lost, nothing stuck, nothing doubled, nothing ahead of history.");
}
if (values.only !== "engine") {
  const busSize = values.quick ? quickBus : fullBus;
  const busOptions = { seed: options.seed, kills: number(values.kills, busSize.kills), items: number(values.items, busSize.items), patienceMs: number(values.patience, busSize.patienceMs / 1000) * 1000 };
  console.log(`\nchaos: ${busOptions.items} events, deliveries, approvals and waits, a schedule every second, ${busOptions.kills} kills, seed ${options.seed}`);
  reports.bus = await chaosBus(busOptions, console.log);
  tell(reports.bus, "No event lost, no schedule fired twice, no approval decided twice, every webhook under one id.");
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
