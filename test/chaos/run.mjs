// `npm run chaos`: kills the local server again and again while executions are under way and
// checks that nothing is lost, stuck, doubled or ahead of history. See docs/durability.md.
//
// --quick          3 kills, 60 executions (otherwise 10 and 240)
// --seed N         repeats a plan (otherwise a new one every time)
// --kills N  --executions N  --patience SECONDS
// --json FILE      also writes the report there
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { chaos } from "./chaos.ts";
import { quick, full } from "./sizes.ts";
import { tableOf } from "./report.ts";

const text = { type: "string" };
const { values } = parseArgs({ options: { quick: { type: "boolean" }, seed: text, kills: text, executions: text, patience: text, json: text } });
const size = values.quick ? quick : full;
const number = (given, otherwise) => (given === undefined ? otherwise : Number(given));
const options = {
  seed: number(values.seed, Math.floor(Math.random() * 1e9)),
  kills: number(values.kills, size.kills),
  executions: number(values.executions, size.executions),
  patienceMs: number(values.patience, size.patienceMs / 1000) * 1000,
};

console.log(`chaos: ${options.executions} executions, ${options.kills} kills, seed ${options.seed}`);
const report = await chaos(options, console.log);
const { server_output: serverOutput, ...summary } = report;
console.log(`\n${tableOf(report)}\n`);
if (report.violations.length > 0) {
  console.error(`What the server printed last:\n${serverOutput.slice(-8_000)}\n`);
  console.error(report.violations.slice(0, 50).map((violation) => `  violation: ${violation.slice(0, 400)}`).join("\n"));
}
console.log(JSON.stringify({ ...summary, violations: report.violations.length }));
console.log(report.violations.length === 0 ? "\nNothing lost, nothing stuck, nothing doubled, nothing ahead of history." : `\n${report.violations.length} violations. The same plan again: --seed ${options.seed}`);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = report.violations.length === 0 ? 0 : 1;
