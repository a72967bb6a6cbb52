/**
 * `node test/import/large.ts [rows]`, after `npm run build`: the same as kill.test.ts with a large
 * file, and how long it takes, how much memory the runtime has at most, and beside it the same
 * without a kill.
 */
import { startServer } from "../support/server.ts";
import { act, addresses, configure, peakMemory, secondsWorked, type Shown, upload, until, withKills } from "./importing.ts";

const rows = Number(process.argv[2] ?? 100_000);
const kills = process.argv.includes("--whole") ? [] : [20, 60];
const say = (what: string): void => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${what}`);
const percent = ({ progress }: Shown): number => progress.percent;
const began = performance.now();

const server = await startServer();
try {
  say(`the server is ready with ${peakMemory(server)} MiB`);
  const id = await upload(server, rows);
  say(`${rows} rows are uploaded; peak ${peakMemory(server)} MiB`);
  await configure(server, id, { dedupe: { keys: ["email"], mode: "skip" }, options: { fire_events: false } });
  await act(server, id, "start");
  const from = performance.now();
  const peaks: (number | null)[] = [];
  await withKills(server, id, kills, "completed", percent, (what) => {
    peaks.push(peakMemory(server));
    say(`${what}; peak ${peaks.at(-1)} MiB, ${secondsWorked(server)} s of work since its start`);
  });
  const seconds = (performance.now() - from) / 1000;
  const { progress } = await until(server, id, () => true);
  say(`completed: ${JSON.stringify(progress)}; ${secondsWorked(server)} s of work since the last start`);
  say(`${Math.round(rows / seconds)} rows a second, restarts included; peak ${Math.max(peakMemory(server) ?? 0, ...peaks.map(Number))} MiB`);
  const all = await addresses(server);
  say(`an export has ${all.length} leads, ${new Set(all).size} different; peak ${peakMemory(server)} MiB`);
  const back = performance.now();
  await act(server, id, "undo");
  await withKills(server, id, kills, "undone", percent, say);
  say(`undone: ${Math.round(rows / ((performance.now() - back) / 1000))} rows a second; ${(await addresses(server)).length} leads are left; peak ${peakMemory(server)} MiB`);
  if (all.length !== rows || new Set(all).size !== rows || progress.created !== rows) throw new Error("rows are lost or doubled");
} finally {
  await server.stop();
}
