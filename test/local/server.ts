/**
 * The local server and the command line as users run them: processes of their own, on a
 * data folder of their own.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));
const command = join(repository, "sdk/bin/everstep.js");

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Environment without what a developer's shell may have set. */
export function cleanEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(EVERSTEP_|MINIFLARE_|VITEST|NODE_OPTIONS$|NODE_ENV$|FORCE_COLOR$|PORT$)/.test(name));
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""])), ...extra };
}

export function finish(child: ChildProcess, input?: string): Promise<Finished> {
  const result = { stdout: "", stderr: "" };
  child.stdout?.on("data", (chunk) => (result.stdout += chunk));
  child.stderr?.on("data", (chunk) => (result.stderr += chunk));
  child.stdin?.end(input);
  return new Promise((settle) => child.once("close", (code) => settle({ code, ...result })));
}

export interface LocalServer {
  process: ChildProcess;
  data: string;
  local: { url: string; apiKey: string; tenant: string };
  /** Ends it as a shell would, and waits. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders: string[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "everstep-test-"));
  folders.push(folder);
  return folder;
}

/** For afterAll: ends what is left and deletes the folders. */
export async function cleanUp(): Promise<void> {
  for (const child of running) {
    child.kill("SIGTERM");
    await new Promise((settle) => child.once("exit", settle));
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function spawnServer(data: string, port = "0", env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [join(repository, "tools/serve.mjs")], {
    cwd: repository,
    env: cleanEnvironment({ EVERSTEP_DATA: data, PORT: port, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Resolves when the server says that it is ready. */
export async function startServer(data: string, env: Record<string, string> = {}): Promise<LocalServer> {
  const child = spawnServer(data, "0", env);
  let output = "";
  await new Promise<void>((ready, failed) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes("Everstep is ready on")) ready();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${output}`)));
  });
  const local = JSON.parse(readFileSync(join(data, "local.json"), "utf8")) as LocalServer["local"];
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<void> => {
    const gone = new Promise((settle) => child.once("exit", settle));
    child.kill(signal);
    await gone;
  };
  return { process: child, data, local, stop };
}

export interface CommandOptions {
  /** Data folder of the server to talk to. */
  data?: string;
  cwd?: string;
  input?: string;
  env?: Record<string, string>;
  /** Path of the Node it runs on; default: this one. */
  node?: string;
}

/** Runs `everstep …` in a folder, against the server of a data folder. */
export function everstep(args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const child = spawn(options.node ?? process.execPath, [command, ...args], {
    cwd: options.cwd ?? tmpdir(),
    // Without sign-ins of whoever runs the tests.
    env: cleanEnvironment({ XDG_CONFIG_HOME: join(tmpdir(), "everstep-nobody"), ...(options.data ? { EVERSTEP_DATA: options.data } : {}), ...options.env }),
  });
  return finish(child, options.input);
}
