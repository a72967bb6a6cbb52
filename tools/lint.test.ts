import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oxlint = join(root, "node_modules/oxlint/bin/oxlint");

interface Finding {
  rule: string;
  text: string;
}

/** Each file's text, and what the lint is to say about it (null: nothing). */
type Case = [title: string, path: string, text: string, expected: string | null];

const toWorker = 'export * from "../worker/a.ts";';
const sdkOutside = "sdk/ is a published package";
const workflows = "workflows/ are written like a tenant's";

const longFile = `${"// why\n\n".repeat(125)}export const a = 1;\n`;

const cases: Case[] = [
  ["sdk may not import db", "sdk/cli/x.ts", 'export * from "../../db/a.ts";', sdkOutside],
  ["sdk may not import the worker's types", "sdk/client/x.ts", 'export type { A } from "../../worker/a.ts";', sdkOutside],
  ["sdk may not load durable-objects on demand", "sdk/testing/x.ts", 'export const a = () => import("../../durable-objects/a.ts");', sdkOutside],
  ["sdk/cli may use node", "sdk/cli/y.ts", 'export * from "node:fs";', null],
  ["sdk/schema may not import the runtime", "sdk/schema/x.ts", 'export * from "../runtime/a.ts";', "sdk/schema is the leaf"],
  ["sdk/authoring may not import the runtime", "sdk/authoring/x.ts", 'export * from "../runtime/a.ts";', "sdk/authoring imports only"],
  ["sdk/authoring may import the schema", "sdk/authoring/y.ts", 'export * from "../schema/a.ts";', null],
  ["sdk/client may not import the runtime", "sdk/client/y.ts", 'export * from "../runtime/a.ts";', "sdk/client speaks REST"],
  ["sdk/graph may not import the runtime", "sdk/graph/x.ts", 'export * from "../runtime/a.ts";', "sdk/graph runs wherever a source is read"],
  ["sdk/graph may not import node modules", "sdk/graph/y.ts", 'export * from "node:fs";', "sdk/graph runs in browsers"],
  ["sdk/graph may import the schema", "sdk/graph/z.ts", 'export * from "../schema/a.ts";', null],
  ["sdk/runtime may not import the client", "sdk/runtime/x.ts", 'export * from "../client/a.ts";', "sdk/runtime is the pure core"],
  ["sdk/runtime may not import cloudflare modules", "sdk/runtime/y.ts", 'export * from "cloudflare:workers";', "sdk/runtime is pure"],
  ["sdk/runtime may not import node modules", "sdk/runtime/z.ts", 'export * from "node:async_hooks";', "sdk/runtime is pure"],
  ["workflows may not import the sdk by path", "workflows/x.ts", 'export * from "../sdk/authoring/index.ts";', workflows],
  ["workflows may not import other packages", "workflows/y.ts", 'export * from "hono";', workflows],
  ["workflows may not import node modules", "workflows/z.ts", 'export * from "node:fs";', workflows],
  [
    "workflows may import everstep, zod, cloudflare:workers and each other",
    "workflows/team/ok.ts",
    'export * from "everstep"; export * from "everstep/testing"; export * from "zod"; export * from "cloudflare:workers"; export * from "./a.ts"; export * from "../b.ts";',
    null,
  ],
  ["db may not import durable-objects", "db/x.ts", 'export * from "../durable-objects/a.ts";', "db/ imports only sdk/schema"],
  ["db may not import the sdk's client", "db/schema/x.ts", 'export * from "../../sdk/client/index.ts";', "db/ imports only sdk/schema"],
  ["db may import sdk/schema", "db/y.ts", 'export * from "../sdk/schema/a.ts"; export * from "drizzle-orm";', null],
  ["durable-objects may not import the worker", "durable-objects/execution/x.ts", 'export * from "../../worker/env.ts";', "durable-objects/ import only"],
  ["durable-objects may import db and sdk", "durable-objects/execution/y.ts", 'export * from "../../db/a.ts"; export * from "../../sdk/runtime/a.ts"; export * from "../lib/a.ts";', null],
  ["durable-objects/lib may not import an object", "durable-objects/lib/x.ts", 'export * from "../execution/a.ts";', "durable-objects/lib knows no object"],
  ["durable-objects/lib may not import the worker", "durable-objects/lib/y.ts", 'export * from "../../worker/a.ts";', "durable-objects/ import only"],
  ["nothing imports the worker", "docs/x.ts", toWorker, "Nothing imports worker or studio"],
  ["nothing imports the studio", "docs/y.ts", 'export * from "../studio/a.ts";', "Nothing imports worker or studio"],
  ["the worker may not import the studio", "worker/http/x.ts", 'export * from "../../studio/a.ts";', "worker/ imports workflows, db, durable-objects and sdk"],
  ["the worker may import db, durable-objects, sdk and workflows", "worker/y.ts", 'export * from "../db/a.ts"; export * from "../durable-objects/a.ts"; export * from "../sdk/schema/a.ts"; export * from "../workflows/a.ts";', null],
  ["worker/domain may not import worker/http", "worker/domain/hooks/x.ts", 'export * from "../../http/a.ts";', "worker/domain does not know how it is called"],
  ["worker/http may not import drizzle", "worker/http/y.ts", 'export * from "drizzle-orm/d1";', "SQL belongs to worker/domain"],
  ["worker/http may not import tables", "worker/http/z.ts", 'export * from "../../db/schema/a.ts";', "SQL belongs to worker/domain"],
  ["worker/sandbox/isolate may import the platform and the runtime", "worker/sandbox/isolate/x.ts", 'export * from "cloudflare:workers"; export * from "node:async_hooks"; export * from "../../../sdk/runtime/a.ts";', null],
  ["the studio may not import the worker", "studio/x.ts", toWorker, "studio/ imports only sdk"],
  ["tools may not import the worker's domain", "tools/x.ts", 'export * from "../worker/domain/a.ts";', "tools/ run the built platform"],
  ["tests may import anything", "db/y.test.ts", toWorker, null],
  ["test and bench may import anything", "bench/x.ts", toWorker, null],
  ["types may not be imported in passing, where no rule of directions sees them", "db/z.ts", 'export type A = import("../worker/env.ts").Env;', "import()"],
  ["any is refused", "db/any.ts", "export const a = (b: any) => b;", "Unexpected `any`"],
  ["suppressing the compiler is refused", "db/ignore.ts", "// @ts-ignore\nexport const a = 1;", "@ts-ignore"],
  ["file names are kebab-case", "db/notKebab.ts", "export const a = 1;", "kebab"],
  ["files end at 250 lines, comments and blanks included", "db/long.ts", longFile, "too many lines"],
  ["tests may be longer", "db/long.test.ts", longFile, null],
  ["circles are refused", "sdk/graph/a.ts", 'export { b } from "./b.ts"; export const a = 1;', "cycle"],
  ["circles of types are refused", "sdk/graph/c.ts", 'import type { D } from "./d.ts"; export type C = D | 1;', "cycle"],
];
const helpers = {
  "sdk/graph/b.ts": 'import { a } from "./a.ts"; export const b = a;',
  "sdk/graph/d.ts": 'import type { C } from "./c.ts"; export type D = C | 2;',
};

describe("the lint", () => {
  const folder = mkdtempSync(join(tmpdir(), "everstep-lint-"));
  const findings = new Map<string, Finding[]>();

  beforeAll(async () => {
    copyFileSync(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
    for (const [path, text] of [...cases.map(([, path, text]) => [path, text] as const), ...Object.entries(helpers)]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, [oxlint, "-f", "json", "."], { cwd: folder, maxBuffer: 1e8 }, (_, stdout) => resolve(stdout));
    });
    const report = JSON.parse(output) as { diagnostics: Array<{ filename: string; code: string; message: string; help?: string }> };
    for (const { filename, code, message, help } of report.diagnostics) {
      const path = filename.replaceAll("\\", "/").replace(/^\.\//, "");
      findings.set(path, [...(findings.get(path) ?? []), { rule: code, text: `${message} ${help ?? ""}` }]);
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(cases)("%s", (_, path, __, expected) => {
    const found = findings.get(path) ?? [];
    if (expected === null) {
      expect(found).toEqual([]);
      return;
    }
    expect(found.map(({ text }) => text).join("\n")).toContain(expected);
    for (const { rule, text } of found) if (rule.includes("restricted-imports")) expect(text).toContain("docs/architecture.md");
  });

  it("is switched off nowhere in the sources", () => {
    const suppression = /(ox|es)lint-disable|@ts-(ignore|nocheck|expect-error)/;
    // In a test an error that the compiler has to find is an assertion.
    const inTests = /(ox|es)lint-disable|@ts-(ignore|nocheck)/;
    const guilty = ["bench", "db", "durable-objects", "sdk", "studio", "test", "tools", "worker", "workflows"]
      .flatMap((room) => sources(join(root, room)))
      // In sample projects an expected error is the assertion.
      .filter((path) => path !== fileURLToPath(import.meta.url) && !path.includes("/test/package/") && (path.endsWith(".test.ts") ? inTests : suppression).test(readFileSync(path, "utf8")));
    expect(guilty.map((path) => path.slice(root.length + 1))).toEqual([]);
  });
});

function sources(folder: string): string[] {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sources(path);
    return /\.(ts|tsx|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}
