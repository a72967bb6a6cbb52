/** What the compiler says of workflows on records: a wrong name, a wrong value, a wrong filter. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const sdk = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const compilerOptions = { strict: true, noEmit: true, skipLibCheck: true, target: "ES2024", module: "ESNext", moduleResolution: "Bundler", allowImportingTsExtensions: true, types: [], lib: ["ES2024", "DOM", "DOM.Iterable", "ESNext.Disposable"] };

/** Lines of the code with what the compiler says of them. */
async function faultsIn(lines: readonly string[]): Promise<Map<number, string>> {
  const folder = mkdtempSync(join(tmpdir(), "everstep-types-"));
  try {
    writeFileSync(join(folder, "workflow.ts"), lines.join("\n"));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["workflow.ts"] }));
    const said = await new Promise<string>((resolve) => void execFile(process.execPath, [tsc, "-p", folder, "--pretty", "false"], (_error, stdout) => resolve(stdout)));
    const found = new Map<number, string>();
    for (const text of said.split(/\n(?=\S)/)) {
      const at = /workflow\.ts\((\d+),\d+\): (.*)/s.exec(text);
      found.set(at ? Number(at[1]) - 1 : -1, at?.[2] ?? text);
    }
    if (said === "") found.clear();
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const head = [
  `import { actions } from "${sdk}authoring/actions.ts"; import { crm } from "${sdk}authoring/crm.ts"; import { on } from "${sdk}authoring/on.ts"; import { workflow } from "${sdk}authoring/workflow.ts";`,
  `declare module "${sdk}schema/crm/entity.ts" { interface CustomFields { lead: { plan?: "basic" | "pro"; seats?: number } } }`,
];
const right = [
  'const lead = await crm.leads.create({ name: "Ada", custom: { plan: "pro" } });',
  "const score: number = lead.score; const email: string | null = lead.email; const plan: \"basic\" | \"pro\" | undefined = lead.custom.plan;",
  'await crm.leads.update(lead.id, { status: "qualified", owner_id: null, custom: { seats: 3 } }, { version: lead.version });',
  'const found = await crm.leads.find({ filter: { status: ["new", "lost"], score: { $gte: 5 }, created_at: { $gte: "@now-7d" }, custom: { seats: { $gt: 2 } }, $or: [{ source: "website" }, { email: { $exists: true } }] }, sort: "-score", limit: 5 });',
  'const status: "new" | "contacted" | "qualified" | "unqualified" | "lost" | "converted" | undefined = found[0]?.status;',
  'await crm.contacts.get(lead.id, { reveal: ["tax_id"] });',
  'const total: number = await crm.tickets.count({ filter: { priority: "high" } });',
  'await crm.deals.moveStage("d", "Won");',
  'const { user_id } = await actions.assign({ record: { type: "ticket", id: "t" }, strategy: "least_loaded", among: { role: "member" } });',
  'const user: string = user_id; const task = await actions.createTask({ title: "Call" }); const title: string = task.title;',
  'workflow({ id: "a", on: [on.event("ticket.created", { filter: { priority: ["high", "critical"], customer_id: null } })] }, async ({ input }) => { const wanted: "low" | "normal" | "high" | "critical" = input.priority; return wanted; });',
  'workflow({ id: "b", on: [on.event("deal.won"), on.event("deal.lost")] }, async ({ input }) => input.deal.value + 1);',
  'workflow({ id: "c", on: [on.schedule("@daily")] }, async ({ input }) => input.scheduled_at.length);',
  "export { score, email, plan, status, total, user, title };",
];
const wrong = {
  'await crm.leads.update("l", { colour: "red" });': "'colour' does not exist",
  'await crm.leads.update("l", { status: "gone" });': "not assignable",
  'await crm.leads.update("l", { converted_at: "2026-01-01T00:00:00Z" });': "'converted_at' does not exist",
  "await crm.leads.create({ email: null });": "'name' is missing",
  'await crm.leads.create({ name: "Ada", custom: { plan: "gold" } });': "not assignable",
  'await crm.leads.create({ name: "Ada", custom: { colour: "red" } });': "'colour' does not exist",
  'await crm.leads.find({ filter: { score: "high" } });': "not assignable",
  'await crm.leads.find({ filter: { colour: "red" } });': "'colour' does not exist",
  'await crm.leads.find({ filter: { score: { $near: 5 } } });': "'$near' does not exist",
  'await crm.leads.find({ sort: "colour" });': "not assignable",
  'await crm.contacts.get("c", { reveal: ["colour"] });': "not assignable",
  "await crm.ships.find();": "'ships' does not exist",
  'await crm.leads.moveStage("l", "Won");': "'moveStage' does not exist",
  'await actions.assign({ record: { type: "lead", id: "l" }, strategy: "random" });': "not assignable",
  "await actions.createTask({});": "'title' is missing",
  'workflow({ id: "d", on: [on.event("ticket.created")] }, async ({ input }) => input.colour);': "'colour' does not exist",
  'workflow({ id: "e", on: [on.event("ticket.created", { filter: { colour: "red" } })] }, async () => 1);': "'colour' does not exist",
  'workflow({ id: "f", on: [on.event("ticket.created", { filter: { priority: "urgent" } })] }, async () => 1);': "not assignable",
  'workflow({ id: "g", on: [on.event("lead.created"), on.manual()] }, async ({ input }) => input.id);': "'input' is of type 'unknown'",
};

it("what is right compiles, and each fault is named", { timeout: 60_000 }, async () => {
  const faulty = Object.entries(wrong);
  const found = await faultsIn([...head, ...right, ...faulty.map(([line]) => line)]);
  const begin = head.length + right.length;
  for (const [line, fault] of found) expect(line, fault).toBeGreaterThanOrEqual(begin);
  for (const [at, [line, said]] of faulty.entries()) expect(found.get(begin + at) ?? "nothing", line).toContain(said);
});
