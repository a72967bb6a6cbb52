// The public interface as the demo calls it.
import { StartError } from "../server/lock.mjs";

/** Requests that are under way at once. */
const width = 8;

export class Api {
  #base;
  #key;

  constructor(base, key) {
    this.#base = base;
    this.#key = key;
  }

  /** @throws StartError that says what was refused */
  async ask(method, path, body, headers = {}) {
    const isText = typeof body === "string";
    const reply = await fetch(new URL(`/api/v1/${path}`, this.#base), {
      method,
      headers: { authorization: `Bearer ${this.#key}`, "content-type": isText ? "text/csv" : "application/json", ...headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    const answer = text === "" ? null : JSON.parse(text);
    if (reply.ok) return answer;
    const why = [answer?.detail ?? `status ${reply.status}`, ...(answer?.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`)].join("; ");
    throw Object.assign(new StartError(`${method} ${path.split("?")[0]}: ${why}`), { code: answer?.code });
  }

  /** All of a list, page by page. @param {Record<string, unknown>} [filter] */
  async all(path, filter) {
    const found = [];
    let cursor = "";
    do {
      const query = new URLSearchParams({ limit: "200", ...(filter ? { filter: JSON.stringify(filter) } : {}), ...(cursor ? { cursor } : {}) });
      const { data, pagination } = await this.ask("GET", `${path}?${query}`);
      found.push(...data);
      cursor = pagination.next_cursor;
    } while (cursor);
    return found;
  }

  /** The same change of many records; nothing when there are none. */
  async bulk(path, ids, change) {
    if (ids.length > 0) await this.ask("POST", `${path}/bulk`, { action: "update", ids, change });
  }
}

/** Some at a time; results in their order. */
export async function each(items, work) {
  const results = [];
  let next = 0;
  const one = async () => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at], at);
  };
  await Promise.all(Array.from({ length: width }, one));
  return results;
}
