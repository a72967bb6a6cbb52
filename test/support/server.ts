/**
 * A real local server (`tools/serve.mjs`) for tests: its own process group, data folder and
 * port, so that it can be killed as a power cut would and started again on the same data.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment, repository } from "../local/server.ts";
import { Api } from "./api.ts";

const startTimeoutMs = 60_000;
/** Output kept of a server, for the message of a failure. */
const keptOutput = 64_000;

export interface ServerOptions {
  /** EVERSTEP_EGRESS_ALLOW: private hosts that workflows may reach. */
  egressAllow?: string;
  /** EVERSTEP_WATCHDOG: seconds without an answer after which the runtime is ended. */
  watchdog?: number;
  /** Folder of the sources it runs; those of this repository when left out. */
  sources?: string;
  /** What else it finds in its environment. */
  env?: Record<string, string>;
}

interface Keys {
  operatorKey: string;
  apiKey: string;
}

export class Server {
  readonly folder: string;
  readonly #options: ServerOptions;
  #child: ChildProcess | null = null;
  #output = "";
  /** Changes with every start. */
  url = "";

  constructor(options: ServerOptions) {
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), "everstep-test-"));
  }

  /** What the server printed, its latest starts included. */
  get output(): string {
    return this.#output;
  }

  get keys(): Keys {
    return JSON.parse(readFileSync(join(this.folder, "keys.json"), "utf8")) as Keys;
  }

  /** The demo tenant's interface, on the address of the moment. */
  get api(): Api {
    return new Api(() => this.url, this.keys.apiKey);
  }

  /** The same as another caller. */
  as(key: string): Api {
    return new Api(() => this.url, key);
  }

  hookSecret(path: string): string {
    const hooks = JSON.parse(readFileSync(join(this.folder, "hooks.json"), "utf8")) as Record<string, { secret: string }>;
    const hook = hooks[path];
    if (!hook) throw new Error(`the data folder holds no secret for the hook "${path}"`);
    return hook.secret;
  }

  /** @throws Error with the server's output when it does not get ready */
  async start(): Promise<void> {
    const { egressAllow, watchdog, env, sources = repository } = this.#options;
    const child = spawn(process.execPath, [join(sources, "tools/serve.mjs")], {
      cwd: sources,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: cleanEnvironment({ EVERSTEP_DATA: this.folder, PORT: "0", NO_COLOR: "1", EVERSTEP_EGRESS_ALLOW: egressAllow ?? "", EVERSTEP_WATCHDOG: watchdog?.toString() ?? "", ...env }),
    });
    this.#child = child;
    this.url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the server was not ready after ${startTimeoutMs} ms:\n${this.#output}`)), startTimeoutMs);
      let line = "";
      const read = (part: Buffer): void => {
        this.#output = (this.#output + part.toString()).slice(-keptOutput);
        line += part.toString();
        const ready = /ready on (http:\/\/\S+)/.exec(line);
        if (!ready?.[1]) return;
        line = "";
        clearTimeout(late);
        resolve(ready[1]);
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code, signal) => {
        clearTimeout(late);
        reject(new Error(`the server ended (${signal ?? code}) before it was ready:\n${this.#output}`));
      });
    });
  }

  /** SIGKILL to the whole process group: nothing gets to clean up. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    process.kill(-child.pid, "SIGKILL");
    await gone;
  }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** Ends it and deletes its data. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A fresh server, ready when this resolves. */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const server = new Server(options);
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
