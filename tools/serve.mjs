// `npm start`: the platform on one machine. Runs the Worker of wrangler.toml in workerd with
// its storage in the data folder, keeps the keys, seeds the demo tenant, fires the crons.
// `npm run serve` (--production) seeds nothing, logs JSON and stops gently
// (docs/run-on-one-machine.md).
//
// EVERSTEP_DATA   data folder (.everstep)
// PORT            port on 127.0.0.1 (8787; 0: any free one)
// EVERSTEP_WATCHDOG  seconds without an answer after which the runtime is ended and started
//                 again (30; 0: never)
// EVERSTEP_PUBLIC_URL  where people reach this server: links in mails begin with it
//                 (http://127.0.0.1:PORT)
// EVERSTEP_SMTP_URL  sends mail, e.g. smtps://user:password@mail.example.com (none: mails are
//                 written into the data folder, and shown at /dev/mail)
// EVERSTEP_MAIL_FROM  sender of mails (everstep@localhost)
// EVERSTEP_EGRESS_ALLOW  private hosts, addresses or ranges that tenant code may reach (none)
// METRICS_TOKEN, ACCESS_LOG, OTEL_…  go to the Worker as they are (worker/env.ts)
//
// In production also:
// HOST            address to listen on (127.0.0.1)
// MASTER_KEY, MASTER_KEY_PREVIOUS, OPERATOR_KEY  keys; without them they are made at the first
//                 start and kept in the data folder
// EVERSTEP_LOG    json, or text (json)
import "./server/node-version.mjs";
import { startCron } from "./server/cron.mjs";
import { clearTemporaryFiles, openDataFolder, writePrivateJson } from "./server/files.mjs";
import { freePort, openFront, urlOf } from "./server/front.mjs";
import { loadKeys, loadProductionKeys } from "./server/keys.mjs";
import { openMail } from "./server/mail.mjs";
import { openOutbox } from "./server/outbox.mjs";
import { describeLock, releaseLock, StartError, takeLock } from "./server/lock.mjs";
import { dim, fail, say, warn } from "./server/output.mjs";
import { demoTenant, planPreparation, prepare } from "./server/prepare.mjs";
import { fireCron, startRuntime } from "./server/runtime.mjs";
import { readWatchdog, watchRuntime } from "./server/watchdog.mjs";
import { bundleWorker, readConfig } from "./server/worker.mjs";

const production = process.argv.includes("--production");
if (production) process.env.EVERSTEP_LOG ??= "json";
/** Settings of the Worker that it gets as they are (worker/env.ts). */
const passedOn = ["METRICS_TOKEN", "ACCESS_LOG", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_SERVICE_NAME"];
/** How long requests under way may take to end when the server is stopped. */
const drainMs = 10_000;

// Regular expressions that backtrack without end fall back to a linear engine.
process.env.MINIFLARE_WORKERD_V8_FLAGS ??= "--enable-experimental-regexp-engine-on-excessive-backtracks --expose-statistics";

try {
  await serve();
} catch (error) {
  fail(error instanceof StartError ? error.message : (error.stack ?? String(error)));
  process.exit(1);
}

async function serve() {
  const began = Date.now();
  const host = production ? process.env.HOST || undefined : undefined;
  const port = readPort(process.env.PORT) || (await freePort(host));
  const silentMs = readWatchdog(process.env.EVERSTEP_WATCHDOG);
  const folder = openDataFolder(process.env.EVERSTEP_DATA || ".everstep");
  await takeLock(folder);
  clearTemporaryFiles(folder);
  process.env.TMPDIR = folder.tmp;

  const keys = production ? loadProductionKeys(folder, process.env) : loadKeys(folder);
  const config = readConfig();
  const egressAllow = process.env.EVERSTEP_EGRESS_ALLOW ?? "";
  const publicUrl = process.env.EVERSTEP_PUBLIC_URL || urlOf(port, host);
  const mailFrom = process.env.EVERSTEP_MAIL_FROM || "everstep@localhost";
  const runtime = await startRuntime({
    config,
    folder,
    script: await bundleWorker(),
    network: await network(egressAllow),
    services: { MAIL: openMail(folder, process.env.EVERSTEP_SMTP_URL), ...(production || process.env.EVERSTEP_SMTP_URL ? {} : { DEV_OUTBOX: openOutbox(folder) }) },
    bindings: { MASTER_KEY: keys.masterKey, ...(keys.masterKeyPrevious ? { MASTER_KEY_PREVIOUS: keys.masterKeyPrevious } : {}), OPERATOR_KEY: keys.operatorKey, PUBLIC_URL: publicUrl, MAIL_FROM: mailFrom, ...(egressAllow ? { EGRESS_ALLOW: egressAllow } : {}), ...fromEnvironment(passedOn) },
    onRestart: () => warn("The runtime is up again; executions under way continue from their journals."),
  });
  const direct = await runtime.unsafeGetDirectURL();
  const stopWatchdog = watchRuntime(direct.href, silentMs, folder);
  let front;
  try {
    const plan = await planPreparation(folder, config, keys, production);
    if (plan) await prepare(runtime, plan, folder, keys);
    // Who finds the port open finds everything in place.
    front = await openFront({ port, host, runtimePort: Number(direct.port) });
  } catch (error) {
    stopWatchdog();
    await runtime.dispose();
    throw error;
  }
  const { url } = front;
  describeLock(folder, url);
  if (!production) writePrivateJson(folder.local, { url, apiKey: keys.apiKey, tenant: demoTenant });

  const stopCron = startCron(config.triggers.crons ?? [], async (cron, scheduledTime) => {
    try {
      await fireCron(runtime, cron, scheduledTime);
    } catch (error) {
      warn(`The scheduled run of ${scheduledTime.toISOString()} failed: ${error.message}`);
    }
  });
  onStop(async () => {
    stopCron();
    if (production && !(await front.drain(drainMs))) warn(`Some requests had no answer after ${drainMs / 1000} s and were hung up on.`);
    stopWatchdog();
    front.close();
    // The runtime ends at once; what Miniflare has to put away besides need not be waited for.
    await Promise.race([runtime.dispose(), new Promise((resolve) => setTimeout(resolve, 500))]);
    releaseLock(folder);
  });
  if (production) ready(url, publicUrl, folder, Date.now() - began);
  else banner(url, folder, Date.now() - began);
}

function fromEnvironment(names) {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function readPort(text = "8787") {
  const port = Number(text || 8787);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new StartError(`PORT must be a number from 0 to 65535, not ${JSON.stringify(text)}`);
  return port;
}

/** @throws StartError when the list of reachable hosts cannot be read */
async function network(egressAllow) {
  const { networkFor } = await import("./network.mjs");
  try {
    return await networkFor(egressAllow, warn);
  } catch (error) {
    throw new StartError(error.message, { cause: error });
  }
}

/** Miniflare's own handlers leave at once; ours first close what is open. */
function onStop(close) {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.removeAllListeners(signal);
    process.on(signal, async () => {
      if (stopping) process.exit(1);
      stopping = true;
      say(dim("\nStopping. Executions under way continue at the next start."));
      await close();
      if (production) say(JSON.stringify({ event: "stopped" }));
      process.exit(0);
    });
  }
}

function banner(url, folder, tookMs) {
  say(`Everstep is ready on ${url} ${dim(`(${tookMs} ms, data in ${folder.root})`)}`);
  say("In a second terminal:");
  say(`  npx everstep run welcome --input '{"name":"Ada"}' --wait`);
  say(`  npm run demo   ${dim("a company's customers, deals and tickets, and workflows that act on them")}`);
}

function ready(url, publicUrl, folder, tookMs) {
  if (!process.env.EVERSTEP_PUBLIC_URL) warn("EVERSTEP_PUBLIC_URL is not set: links in mails lead to this machine only.");
  say(JSON.stringify({ event: "ready", message: `Everstep is ready on ${url}`, url, public_url: publicUrl, data: folder.root, took_ms: tookMs, pid: process.pid }));
}
