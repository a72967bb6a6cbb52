/** The compiler in its isolate, as routes ask it. */
import { expect, it } from "vitest";
import { tenantDb } from "../../db/tenant-db.ts";
import { env, harness } from "../http/testing/harness.ts";
import { checkTypes, mostCharacters } from "./check.ts";
import { checkTenantTypes } from "./tenant-types.ts";

const { LOADER } = env;
const h = harness();

const right = `import { crm, on, workflow } from "everstep";
export default workflow({ id: "greet", on: [on.event("lead.created")] }, async ({ input, step }) => {
  const name = await step.do("name", async () => input.name.toUpperCase());
  await crm.leads.update(input.id, { status: "contacted" });
  return { name };
});
`;

it("finds nothing in what is right, and names file, line, column and reason of what is not", async () => {
  expect(await checkTypes({ LOADER }, { "workflows/greet.ts": right })).toEqual({ available: true, diagnostics: [] });
  const wrong = right.replace("input.name.", "input.nome.");
  const checked = await checkTypes({ LOADER }, { "workflows/greet.ts": wrong, "other.ts": "export const n: number = 1;" });
  expect(checked).toMatchObject({ available: true, diagnostics: [{ file: "workflows/greet.ts", line: 3, column: 56, end_line: 3, end_column: 60, code: "TS2339", severity: "error" }] });
});

it("gives up on types that grow without end, and goes on with the next", async () => {
  const lines = Array.from({ length: 40 }, (_, at) => `type G${at}<T, N extends unknown[] = []> = N["length"] extends 700 ? T : G${at}<{ a: T; b: T & { n: N } }, [...N, T]>; export type R${at} = G${at}<"x">; export declare const v${at}: R${at}; v${at}.a.b.a.b;`);
  const checked = await checkTypes({ LOADER }, { "endless.ts": lines.join("\n") });
  expect(checked).toEqual({ available: false, why: "the types of this code take too long to work out" });
  expect((await checkTypes({ LOADER }, { "a.ts": right })).available).toBe(true);
});

it("knows the fields, variables and secrets of the tenant, and none of another's", async () => {
  const [one, other] = [await h.newTenant(), await h.newTenant()];
  await one.call("POST", "/custom-fields", { entity: "lead", key: "seats", title: "Seats", type: "number" });
  await one.call("POST", "/variables", { name: "REGION", type: "string", value: "eu" });
  const source = 'import { crm, workflow } from "everstep";\nexport default workflow({ id: "w" }, async ({ vars }) => {\n  const region: string = vars.REGION;\n  await crm.leads.update("l", { custom: { seats: 2 } });\n  await crm.leads.update(region, { custom: { chairs: 2 } });\n});\n';
  const check = ({ id }: { id: string }) => checkTenantTypes({ db: tenantDb(env.DB, id), env }, { "w.ts": source });
  expect(await check(one)).toMatchObject({ available: true, diagnostics: [{ file: "w.ts", line: 5, message: expect.stringContaining("'chairs' does not exist") }] });
  expect(await check(other)).toMatchObject({ available: true, diagnostics: [{ line: 3, code: "TS2322" }, { line: 4, column: 43, code: "TS2322" }, { line: 5, column: 46, code: "TS2322" }] });
});

it("says why it does not check what is too large", async () => {
  expect(await checkTypes({ LOADER }, { "a.ts": " ".repeat(mostCharacters + 1) })).toEqual({ available: false, why: "types are checked of 512 KiB of source at most" });
});

it("says why when the compiler cannot be loaded", async () => {
  const broken = { get: () => { throw new Error("no loader here"); } } as unknown as WorkerLoader;
  expect(await checkTypes({ LOADER: broken }, { "a.ts": right })).toEqual({ available: false, why: "the compiler could not be run: no loader here" });
});
