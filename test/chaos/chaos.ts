/**
 * The chaos run: executions under way, the server killed with SIGKILL at random moments and
 * started again on the same data, over and over; then everything has to have ended rightly.
 * @module
 */
import { bundle } from "../support/bundle.ts";
import { Recorder } from "../support/recorder.ts";
import { startServer, type Server } from "../support/server.ts";
import { collect } from "./collect.ts";
import { Driver } from "./driver.ts";
import { type ChaosOptions, makePlan } from "./plan.ts";
import { Random } from "./random.ts";
import { type Report, reportOf } from "./report.ts";
import { verify } from "./verify.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** @param say told how it goes, a line at a time */
export async function chaos(options: ChaosOptions, say: (line: string) => void = () => {}): Promise<Report> {
  const began = Date.now();
  const plan = makePlan(options);
  // Slow enough that kills fall between an effect and its answer.
  const random = new Random(options.seed);
  const recorder = await Recorder.open(() => random.between(5, 120));
  let server: Server | undefined;
  try {
    server = await startServer({ egressAllow: "127.0.0.1" });
    await server.api.deploy(await bundle("./workflows.ts", import.meta.url));
    const driver = new Driver(server, recorder.url);
    for (const [round, killAfterMs] of plan.killAfterMs.entries()) {
      // On a busy machine a server that has just started works off what is due first.
      await server.api.expect(server.api.get("/executions?limit=1"), 200);
      driver.launch(plan.executions.filter((planned) => planned.round === round));
      await pause(killAfterMs);
      driver.down();
      await server.kill();
      say(`kill ${round + 1} of ${options.kills}, ${killAfterMs} ms after its first answer: ${driver.started.length} started, ${recorder.effects.length} effects so far`);
      await server.start();
      driver.up();
    }
    const lastStart = Date.now();
    await driver.settled();
    const collected = await collect(server.api, driver.started, lastStart + options.patienceMs);
    say(`all ended or given up, ${Date.now() - lastStart} ms after the last restart`);
    const violations = [...driver.violations, ...(await verify({ api: server.api, started: driver.started, plan, collected, effects: recorder.effects }))];
    return reportOf({ options, started: driver.started, collected, effects: recorder.effects, violations, settledMs: Date.now() - lastStart, ms: Date.now() - began, serverOutput: server.output });
  } finally {
    await server?.stop();
    await recorder.close();
  }
}
