// A thousand sockets look on, something happens: ms until each of them has been told. Bare: an
// object that writes one row and sends the same text to each.
import { keys } from "../lib/runtime.mjs";
import { post } from "../lib/prepare.mjs";
import { row } from "../lib/row.mjs";
import { quantile } from "../lib/stats.mjs";

const opening = 25;

export async function sockets({ runtime, quick, say }) {
  const count = quick ? 200 : 1_000;
  const rounds = quick ? 3 : 9;
  const origin = runtime.url.replace("http", "ws");
  say(`sockets: opening ${count}, twice`);
  const everstep = await Room.open(count, `${origin}/api/v1/updates`, { authorization: `Bearer ${keys.apiKey}` }, { op: "subscribe", topics: ["events"] });
  const bare = await Room.open(count, `${origin}/bench/socket`, {}, null);
  const samples = { everstep: { p50: [], p95: [], max: [] }, bare: { p50: [], p95: [], max: [] } };
  for (let round = -1; round < rounds; round++) {
    say(round < 0 ? "sockets: warming up" : `sockets: round ${round + 1} of ${rounds}`);
    const mark = `round ${round} ${Date.now()}`;
    for (const [name, room, tell] of [
      ["everstep", everstep, () => post(runtime, "events", keys.apiKey, { type: "bench.told", data: { mark } })],
      ["bare", bare, () => fetch(`${runtime.url}/bench/socket`, { method: "POST", body: mark })],
    ]) {
      const times = await room.until(mark, tell);
      if (round < 0) continue;
      for (const [figure, share] of [["p50", 0.5], ["p95", 0.95], ["max", 1]]) samples[name][figure].push(quantile(times, share));
    }
  }
  everstep.close();
  bare.close();
  return ["p50", "p95", "max"].map((figure) => row({ measure: `${count} sockets told of one event`, unit: `${figure} ms`, placement: null, everstep: samples.everstep[figure], bare: samples.bare[figure], better: "lower" }));
}

/** Sockets that are open and listen. */
class Room {
  #sockets = [];
  #heard = () => {};

  static async open(count, url, headers, hello) {
    const room = new Room();
    const left = Array.from({ length: count });
    const open = async () => {
      while (left.pop() !== undefined || left.length > 0) await room.#add(url, headers, hello);
    };
    await Promise.all(Array.from({ length: opening }, open));
    return room;
  }

  #add(url, headers, hello) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { headers });
      socket.addEventListener("error", () => reject(new Error(`a socket to ${url} failed`)));
      socket.addEventListener("open", () => (hello === null ? resolve() : socket.send(JSON.stringify(hello))));
      socket.addEventListener("message", ({ data }) => {
        if (data.includes('"subscribed"')) resolve();
        else this.#heard(socket, data);
      });
      this.#sockets.push(socket);
    });
  }

  /** ms until each socket has heard of `mark`. */
  async until(mark, tell) {
    const times = new Map();
    const { promise, resolve } = Promise.withResolvers();
    const began = performance.now();
    this.#heard = (socket, data) => {
      if (!data.includes(mark) || times.has(socket)) return;
      times.set(socket, performance.now() - began);
      if (times.size === this.#sockets.length) resolve();
    };
    await tell();
    await Promise.race([promise, new Promise((_, reject) => setTimeout(reject, 60_000, new Error(`only ${times.size} of ${this.#sockets.length} sockets were told`)).unref())]);
    return [...times.values()];
  }

  close() {
    for (const socket of this.#sockets) socket.close();
  }
}
