// The CRM with a million leads of one tenant, and twenty smaller tenants beside it, through
// HTTP with an API key; bare: statements by hand, through HTTP and the same binding, that ask
// nobody who they are. They take turns, round after round.
import { casesOf } from "../lib/crm/cases.mjs";
import { crmData } from "../lib/crm/data.mjs";
import { row } from "../lib/row.mjs";
import { median, quantile } from "../lib/stats.mjs";

const most = 200;
/** Nobody waits for eight of these at once, ms. */
const tooLong = 1000;

export async function crm({ quick, say, start, root }) {
  const about = await crmData({ quick, start, root, say });
  const runtime = await start(about.folder, about.keys);
  const headers = { authorization: `Bearer ${about.keys.apiKey}`, "content-type": "application/json" };
  const answerOf = async (reply) => {
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${text.slice(0, 500)}`);
    return text;
  };
  const doors = {
    everstep: async ({ ask }, n) => {
      const { method, path, body } = ask(n);
      return answerOf(await fetch(`${runtime.url}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) }));
    },
    bare: async ({ sql }, n) => answerOf(await fetch(`${runtime.url}/bench/sql`, { method: "POST", body: JSON.stringify(sql(n)) })),
  };
  const seen = await lookAround((path) => doors.everstep({ ask: () => ({ method: "GET", path }) }).then(JSON.parse));
  // For a look at some of it.
  const only = process.env.EVERSTEP_BENCH_CASES && new RegExp(process.env.EVERSTEP_BENCH_CASES);
  const clientsAsked = (process.env.EVERSTEP_BENCH_CLIENTS ?? "1,8").split(",").map(Number);
  const [rounds, ms] = quick || only ? [2, 300] : [3, 700];
  const rows = [];
  let turn = 0;
  for (const one of casesOf(about, seen)) {
    if (only && !only.test(one.name)) continue;
    for (const door of Object.values(doors)) for (let time = 0; time < 2; time++) await door(one, turn++);
    const alone = {};
    for (const clients of clientsAsked) {
      const samples = { everstep: [], bare: [] };
      for (let round = 0; round < rounds; round++) for (const name of round % 2 ? ["bare", "everstep"] : ["everstep", "bare"]) if (!(alone[name] > tooLong)) samples[name].push(await timed(clients, ms, () => doors[name](one, turn++)));
      const of = (name, measure) => samples[name].map(measure);
      for (const name of Object.keys(doors)) if (clients === 1) alone[name] = median(of(name, median));
      say(`crm: ${one.name}, ${clients} at once: p50 ${Object.keys(doors).map((name) => `${name} ${samples[name].length > 0 ? Math.round(median(of(name, median)) * 10) / 10 : "-"}`).join(", ")} ms`);
      const measure = `${one.name}, ${clients} client${clients > 1 ? "s" : ""}`;
      for (const [unit, value] of [["p50 ms", median], ["p95 ms", (times) => quantile(times, 0.95)]]) rows.push(row({ measure: `crm: ${measure}`, unit, placement: null, everstep: of("everstep", value), bare: of("bare", value), better: "lower" }));
    }
  }
  await runtime.stop();
  return rows;
}

async function timed(clients, ms, ask) {
  const times = [];
  const began = performance.now();
  const client = async () => {
    do {
      const since = performance.now();
      await ask();
      times.push(performance.now() - since);
    } while (performance.now() - began < ms && times.length < most);
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

/** Ids to ask for, and places deep in lists. */
async function lookAround(get) {
  const deep = await forward(get, "leads?limit=100", 20);
  const scored = await forward(get, "leads?sort=-score&limit=100", 20);
  const ids = deep.pages.flatMap(({ data }) => data.map(({ id }) => id));
  const owners = [...new Set(deep.pages.flatMap(({ data }) => data.map(({ owner_id }) => owner_id)))].filter((id) => id !== null);
  const { id, score } = scored.last;
  return { ids, owners, deep: { cursor: deep.cursor, id: deep.last.id }, scored: { cursor: scored.cursor, id, score } };
}

async function forward(get, path, count) {
  const pages = [];
  let cursor = null;
  for (let index = 0; index < count; index++) {
    const page = await get(`${path}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    pages.push(page);
    cursor = page.pagination.next_cursor;
  }
  return { pages, cursor, last: pages.at(-1).data.at(-1) };
}
