/**
 * What users' own Node runs: the command line. This repository brings a newer one for all the
 * rest (docs/decisions/0001), so that the tests around here would not notice. They look for
 * the machine's Nodes on the PATH; to try another one, put its folder there.
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanEnvironment, cleanUp, everstep, finish, type LocalServer, repository, startServer, temporaryFolder } from "./server.ts";

const oldest = Number.parseInt((JSON.parse(readFileSync(join(repository, "sdk/package.json"), "utf8")) as { engines: { node: string } }).engines.node.replace(">=", ""), 10);

interface Node {
  path: string;
  version: string;
}

/** Each Node of this machine that the package says it runs on, but for the repository's own. */
function machineNodes(): Node[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.includes("node_modules/.bin"));
  const paths = new Set(folders.map((folder) => join(folder, "node")).filter(existsSync).map((path) => realpathSync(path)));
  return [...paths]
    .map((path) => ({ path, version: execFileSync(path, ["-p", "process.versions.node"], { encoding: "utf8" }).trim() }))
    .filter(({ version }) => Number.parseInt(version, 10) >= oldest);
}

const nodes = machineNodes();
let server: LocalServer;

beforeAll(async () => {
  if (nodes.length > 0) server = await startServer(temporaryFolder());
});
afterAll(cleanUp);

test("the repository and the package ask for the same Node", () => {
  const root = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { engines: { node: string } };
  expect(root.engines.node).toBe(`>=${oldest}`);
});

test.skipIf(nodes.length > 0)("no Node on the PATH besides the repository's own: nothing was tried on another", () => {});

describe.each(nodes)("on Node $version", ({ path: node }) => {
  test("the command line helps, makes a project, deploys and runs it", async () => {
    const cwd = temporaryFolder();
    const run = (...args: string[]) => everstep(args, { node, cwd, data: server.data });
    expect(await run("help")).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("everstep") });
    expect(await run("init", "flows")).toMatchObject({ code: 0, stderr: "" });
    expect(await run("deploy", "flows/workflows")).toMatchObject({ code: 0, stderr: "" });
    const { stdout, stderr, code } = await run("run", "welcome", "--input", '{"name":"Ada"}', "--wait", "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", error: null });
    expect(await run("executions")).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("welcome") });
  });

  test("the server, started without npm, says what to do", async () => {
    const { code, stderr } = await finish(spawn(node, [join(repository, "tools/serve.mjs")], { cwd: repository, env: cleanEnvironment({ EVERSTEP_DATA: temporaryFolder() }) }));
    expect(code).toBe(1);
    expect(stderr).toContain("npm start brings its own");
  });
});
