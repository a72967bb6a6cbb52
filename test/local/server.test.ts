import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cleanUp, everstep, finish, spawnServer, startServer, temporaryFolder } from "./server.ts";

afterAll(cleanUp);

const start = (data: string, ...more: string[]) => everstep(["run", "welcome", "--input", '{"name":"Ada"}', "--json", ...more], { data });

test("keys are for the owner's eyes, and stay the same over a kill and a restart", async () => {
  const data = temporaryFolder();
  const first = await startServer(data);
  for (const name of ["keys.json", "local.json", "hooks.json"]) expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
  const keys = readFileSync(join(data, "keys.json"), "utf8");
  const { execution_id: id } = JSON.parse((await start(data)).stdout) as { execution_id: string };

  // Killed alone: its runtime lives on, until the next start ends it.
  await first.stop("SIGKILL");
  const second = await startServer(data);
  expect(readFileSync(join(data, "keys.json"), "utf8")).toBe(keys);
  expect(second.local.apiKey).toBe(first.local.apiKey);
  const { stdout } = await everstep(["logs", id, "--follow", "--json"], { data });
  expect(JSON.parse(stdout)).toBeInstanceOf(Array);
  expect(JSON.parse((await everstep(["executions", id, "--json"], { data })).stdout)).toMatchObject({ status: "completed" });
  await second.stop();
});

const hold = `
import { workflow } from "everstep";
export default workflow({ id: "hold" }, async ({ step }) => (await step.waitForEvent("start", { type: "go" })).payload);
`;

test("a runtime that crashes is started again, on the same address, and who waits for an execution gets its end", async () => {
  const server = await startServer(temporaryFolder());
  const { data } = server;
  const file = join(temporaryFolder(), "hold.ts");
  writeFileSync(file, hold);
  expect((await everstep(["deploy", file], { data })).code).toBe(0);

  const waiting = everstep(["run", "hold", "--wait", "--json"], { data });
  let id: string | undefined;
  while (id === undefined) {
    const { stdout } = await everstep(["executions", "--status", "waiting", "--json"], { data });
    id = (JSON.parse(stdout) as { data: Array<{ id: string }> }).data[0]?.id;
  }
  process.kill(Number(readFileSync(join(data, "workerd.pid"), "utf8")), "SIGKILL");
  while ((await everstep(["events", "send", id, "go", "--payload", "7", "--key", "once"], { data })).code !== 0);
  const { code, stdout } = await waiting;
  expect(JSON.parse(stdout)).toMatchObject({ status: "completed", output: 7 });
  expect(code).toBe(0);
  await server.stop();
});

test("a second server on the same folder is refused, naming the first", async () => {
  const server = await startServer(temporaryFolder());
  const { code, stderr } = await finish(spawnServer(server.data));
  expect(code).toBe(1);
  expect(stderr).toContain(`already running on ${server.data} (process ${server.process.pid}, ${server.local.url})`);
  await server.stop();
});

test("a port that is taken is named, with a way out", async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await finish(spawnServer(temporaryFolder(), String(port)));
  other.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} is taken`);
  expect(stderr).toContain(`PORT=${port + 1} npm start`);
});

test("a workflow deployed to the demo tenant stays over a restart", async () => {
  const data = temporaryFolder();
  const first = await startServer(data);
  const before = JSON.parse((await everstep(["deployments", "--json"], { data })).stdout) as unknown[];
  await first.stop();
  const second = await startServer(data);
  expect(JSON.parse((await everstep(["deployments", "--json"], { data })).stdout)).toEqual(before);
  await second.stop();
});
