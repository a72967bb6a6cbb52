/**
 * Where the attacks take place: a real server, a tenant "mallory" that deploys hostile code,
 * and a tenant "alice" whose workflow has to go on meanwhile.
 * @module
 */
import { expect } from "vitest";
import type { ExecutionView } from "../../sdk/schema/execution.ts";
import type { DeploymentRequest } from "../../sdk/schema/manifest.ts";
import type { Problem } from "../../sdk/schema/problem.ts";
import type { Api, Reply } from "../support/api.ts";
import { type Server, type ServerOptions, startServer } from "../support/server.ts";

/**
 * Longest that one execution of alice may take while an attack runs, ms. One thread runs
 * all tenants locally: what keeps it busy is ended after 5 s; the rest is for slow machines.
 */
export const patienceMs = 20_000;

const header = 'import { WorkflowEntrypoint } from "cloudflare:workers";\n';
const steady = `${header}export class Steady extends WorkflowEntrypoint {
  async run(event, step) {
    const first = await step.do("first", () => event.payload.n + 1);
    await step.sleep("nap", 1);
    return step.do("second", () => first * 2);
  }
}`;

export interface Attack {
  input?: unknown;
  /** How long to wait for the attack's end, ms. */
  waitMs?: number;
}

let bundles = 0;

/** A bundle with one workflow, `attack`: the body of its `run`, or a whole module that exports `Attack`. */
export function hostile(code: string, modules: Record<string, string> = {}): DeploymentRequest {
  const body = code.includes("class Attack") ? code : `export class Attack extends WorkflowEntrypoint { async run(event, step) {\n${code}\n} }`;
  // Each its own isolate: what one attack leaves behind must not help or hinder the next.
  return { main: "attack.js", modules: { "attack.js": header + body, ...modules, "number.js": `export default ${++bundles};` }, sources: {} };
}

export class Ground {
  readonly server: Server;
  readonly mallory: Api;
  readonly alice: Api;
  /** Tenant ids. */
  readonly ids: { mallory: string; alice: string };

  private constructor(server: Server, mallory: Tenant, alice: Tenant) {
    this.server = server;
    this.mallory = server.as(mallory.api_key);
    this.alice = server.as(alice.api_key);
    this.ids = { mallory: mallory.id, alice: alice.id };
  }

  static async open(options: ServerOptions = {}): Promise<Ground> {
    const server = await startServer(options);
    const operator = server.as(server.keys.operatorKey);
    const tenant = (slug: string): Promise<Tenant> => operator.expect(operator.post<Tenant>("/operator/tenants", { slug, name: slug, plan: "enterprise" }), 201);
    const ground = new Ground(server, await tenant("mallory"), await tenant("alice"));
    await ground.alice.deploy({ main: "steady.js", modules: { "steady.js": steady }, sources: {} });
    await ground.neighbour();
    return ground;
  }

  close(): Promise<void> {
    return this.server.stop();
  }

  /** Runs alice's workflow from start to end. @returns how long it took, ms */
  async neighbour(): Promise<number> {
    const began = Date.now();
    const run = await this.alice.expect(this.alice.post<ExecutionView>("/workflows/steady/execute", { input: { n: 20 }, wait: patienceMs }), 200);
    expect(run).toMatchObject({ status: "completed", output: 42 });
    return Date.now() - began;
  }

  /** Runs what is deployed of mallory's and alice's workflow over and over until it has ended, and once more. */
  async run({ input = {}, waitMs = 60_000 }: Attack = {}): Promise<ExecutionView> {
    const attack = this.mallory.expect(this.mallory.post<ExecutionView>("/workflows/attack/execute", { input, wait: waitMs }), 200);
    const over = attack.then(
      () => true,
      () => true,
    );
    let slowest = 0;
    do slowest = Math.max(slowest, await this.neighbour());
    while (!(await Promise.race([over, tick(100)])));
    slowest = Math.max(slowest, await this.neighbour());
    expect(slowest).toBeLessThan(patienceMs);
    return attack;
  }

  async attack(code: string | DeploymentRequest, options: Attack = {}): Promise<ExecutionView> {
    await this.mallory.deploy(typeof code === "string" ? hostile(code) : code);
    return this.run(options);
  }

  /** A deployment that is to be refused. @returns why */
  async refused(bundle: DeploymentRequest): Promise<string> {
    const { status, body } = await this.mallory.post<Problem>("/deployments", bundle);
    expect([status, body.code]).toEqual([422, "bundle-rejected"]);
    await this.neighbour();
    return body.errors?.[0]?.detail ?? body.detail;
  }

  /** Ends what mallory has under way. */
  async cancel(id: string): Promise<Reply<{ status: string }>> {
    return this.mallory.post(`/executions/${id}/cancel`);
  }
}

interface Tenant {
  id: string;
  api_key: string;
}

/** False after `ms`: how often the neighbour is asked, no more. */
function tick(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
