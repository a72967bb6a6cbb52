import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cleanEnvironment, cleanUp, everstep, repository, startServer, temporaryFolder } from "./server.ts";

afterAll(cleanUp);

const workflow = (value: string): string => `import { workflow } from "everstep";
import { helper } from "./_helper.ts";
export default workflow({ id: "dev-flow" }, async () => { console.log("working"); return helper(${value}); });
`;

test("dev deploys at once and on every change, tells mistakes, and shows executions with their logs", async () => {
  const { data, stop } = await startServer(temporaryFolder());
  const project = temporaryFolder();
  mkdirSync(join(project, "workflows"));
  const file = join(project, "workflows/flow.ts");
  const helper = join(project, "workflows/_helper.ts");
  writeFileSync(join(project, "package.json"), "{}");
  writeFileSync(helper, "export const helper = (value: unknown) => ({ value });\n");
  writeFileSync(file, workflow("1"));

  const child = spawn(process.execPath, [join(repository, "sdk/bin/everstep.js"), "dev"], { cwd: project, env: cleanEnvironment({ EVERSTEP_DATA: data }) });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      for (const listener of listeners) listener();
    });
  }
  /** Resolves when the text shows, and forgets all up to it. */
  const shows = (pattern: RegExp): Promise<void> =>
    new Promise((settle) => {
      const look = (): void => {
        const found = pattern.exec(output);
        if (!found) return;
        output = output.slice(found.index + found[0].length);
        listeners.delete(look);
        settle();
      };
      listeners.add(look);
      look();
    });
  const outputOf = async (): Promise<unknown> => (JSON.parse((await everstep(["run", "dev-flow", "--wait", "--json"], { data })).stdout) as { output: unknown }).output;

  await shows(/✓ version \d+: dev-flow/);
  expect(await outputOf()).toEqual({ value: 1 });
  await shows(/dev-flow .* info +working/);
  await shows(/dev-flow .* ✓ completed/);

  writeFileSync(file, `${workflow("2")}const mistake = ;\n`);
  await shows(/✗ workflows\/flow\.ts:4:17: Unexpected ";"/);
  expect(await outputOf()).toEqual({ value: 1 });

  writeFileSync(file, workflow("2"));
  await shows(/✓ version \d+: dev-flow/);
  expect(await outputOf()).toEqual({ value: 2 });

  // A helper is no workflow of its own, and still part of one.
  writeFileSync(helper, "export const helper = (value: unknown) => ({ helped: value });\n");
  await shows(/✓ version \d+: dev-flow/);
  expect(await outputOf()).toEqual({ helped: 2 });

  const ended = new Promise((settle) => child.once("exit", settle));
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  await stop();
}, 60_000);
