// What is asked of the CRM, and beside it the statements that somebody careful would write by
// hand for the same answer, in the same database.
import { rareWord, firstNames, lastNames } from "./vocabulary.mjs";

const day = 86_400_000;
const date = (ms) => new Date(ms).toISOString().slice(0, 10);
const get = (path, query = {}) => ({ method: "GET", path: `${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query)}` : ""}` });
const filter = (value) => ({ filter: JSON.stringify(value) });
const page = 51;
const there = "tenant_id = ? and deleted_at is null";

/** @param about what the generated data has; @param seen leads, owners and cursors that were asked for beforehand */
export function casesOf(about, seen) {
  const { tenant } = about;
  const leads = (name, query, where, values = [], order = "id desc") => ({ name, ask: (n) => get("leads", typeof query === "function" ? query(n) : query), sql: (n) => [[`select * from leads where ${there}${where} order by ${order} limit ${page}`, tenant, ...(typeof values === "function" ? values(n) : values)]] });
  const owner = (n) => seen.owners[n % seen.owners.length];
  const scope = (kind) => `scope : ("t${tenant.replaceAll("-", "")}") AND scope : ("k${kind}")`;
  const words = (name, q, { query = {}, order = "d.id desc", where = "" } = {}) => ({
    name,
    ask: () => get("leads", { q, ...query }),
    // In the index's own order, as far as the page goes: nobody has to know all that have the word.
    sql: () => [[`select l.* from search_documents d join leads l on l.id = d.record_id where d.id in (select rowid from search_index where search_index match ?${order === "d.id desc" && where === "" ? ` order by rowid desc limit ${page}` : ""})${where} and l.deleted_at is null order by ${order} limit ${page}`, `${scope("lead")} AND {title body} : (${q.split(" ").map((word) => `"${word}"*`).join(" AND ")})`]],
  });
  const everywhere = (name, q) => ({
    name,
    ask: () => get("search", { q }),
    sql: () => [[`select kind, record_id, title, body from search_documents where id in (select rowid from search_index where search_index match ? order by rowid desc limit 100)`, `scope : ("t${tenant.replaceAll("-", "")}") AND {title body} : (${q.split(" ").map((word) => `"${word}"*`).join(" AND ")})`]],
  });
  const report = (name, days, interval) => ({
    name,
    ask: () => get("reports/leads", { from: date(about.to - days * day), to: date(about.to - day), interval }),
    // Of the history itself: sums that are kept are the platform's idea.
    sql: () => [[`select strftime('${interval === "day" ? "%Y-%m-%d" : "%Y-%m"}', at / 1000, 'unixepoch') as period, to_value, source, count(*), sum(at - since) from record_transitions where tenant_id = ? and kind = 'lead' and field = 'status' and at >= ? and at < ? group by 1, 2, 3`, tenant, about.to - days * day, about.to]],
  });
  const [first, last] = [firstNames[0].toLowerCase(), lastNames[0].toLowerCase()];
  const newest = "and id < ?";
  return [
    leads("list, newest first", {}, ""),
    leads("list, a page deep in", { cursor: seen.deep.cursor }, ` ${newest}`, [seen.deep.id]),
    leads("list by name", { sort: "name" }, " and name is not null", [], "name, id"),
    leads("list by score, a page deep in", { sort: "-score", cursor: seen.scored.cursor }, " and (score, id) < (?, ?)", [seen.scored.score, seen.scored.id], "score desc, id desc"),
    leads("filter by status and source", { status: "qualified", source: "event" }, " and status = ? and source = ?", ["qualified", "event"]),
    leads("filter by owner", (n) => ({ owner_id: owner(n) }), " and owner_id = ?", (n) => [owner(n)]),
    leads("filter by owner and status, by score", (n) => ({ owner_id: owner(n), status: "qualified", sort: "-score" }), " and owner_id = ? and status = ?", (n) => [owner(n), "qualified"], "score desc, id desc"),
    leads("filter by a common status, by name", { status: "contacted", sort: "name" }, " and status = ?", ["contacted"], "name, id"),
    leads("filter by an uncommon status and a source, by score", { status: "converted", source: "api", sort: "-score" }, " and status = ? and source = ?", ["converted", "api"], "score desc, id desc"),
    leads("filter that nothing fits, by name", { external_id: "none", sort: "name" }, " and external_id = ?", ["none"], "name, id"),
    leads("filter by a common tag", { tags: about.tags[0] }, " and id in (select record_id from record_values where tenant_id = ? and kind = 'lead' and field = 'tags' and value = ?)", [tenant, about.tags[0]]),
    leads("filter by an uncommon tag, by name", { tags: about.tags[9], sort: "name" }, " and id in (select record_id from record_values where tenant_id = ? and kind = 'lead' and field = 'tags' and value = ?)", [tenant, about.tags[9]], "name, id"),
    leads("filter by an own field", filter({ "custom.segment": "agro" }), " and json_extract(custom, '$.segment') = ?", ["agro"]),
    leads("filter by a range of an own field", filter({ "custom.employees": { $gte: 16_000 } }), " and json_extract(custom, '$.employees') >= ?", [16_000]),
    leads("filter by one of two fields", filter({ $or: [{ email: "maria.silva1@example.com" }, { external_id: "erp-77" }] }), " and (email = ? or external_id = ?)", ["maria.silva1@example.com", "erp-77"]),
    leads("filter by a field without an index (city), by score", filter({ city: "Berlin" }), " and city = ?", ["Berlin"]),
    { ...leads("count of all", { count: "true", limit: "1" }, ""), sql: () => [[`select count(*) from leads where ${there}`, tenant]] },
    { ...leads("count of a status and a source", { count: "true", limit: "1", status: "contacted", source: "website" }, ""), sql: () => [[`select count(*) from leads where ${there} and status = ? and source = ?`, tenant, "contacted", "website"]] },
    words("words: a rare one", rareWord),
    words("words: a common first name", first),
    words("words: two common names", `${first} ${last}`),
    words("words: two letters", first.slice(0, 2)),
    words("words: a common name, by score", first, { query: { sort: "-score" }, order: "l.score desc, l.id desc" }),
    words("words: a common name of a status", first, { query: { status: "converted" }, where: " and l.status = 'converted'" }),
    everywhere("search everywhere: a rare word", rareWord),
    everywhere("search everywhere: a common first name", first),
    everywhere("search everywhere: two letters", first.slice(0, 2)),
    everywhere("search everywhere: two common names", `${first} ${last}`),
    board(about),
    report("report of a month by day", 30, "day"),
    report("report of three years by month", 3 * 365, "month"),
    { name: "get one", ask: (n) => get(`leads/${seen.ids[n % seen.ids.length]}`), sql: (n) => [["select * from leads where id = ? and tenant_id = ?", seen.ids[n % seen.ids.length], tenant]] },
    ...writes(about, seen),
  ];
}

function board({ tenant, pipeline, stages }) {
  return {
    name: "board of 50,000 deals",
    ask: () => get(`pipelines/${pipeline}/board`),
    sql: () => [
      ["select stage_id, currency, count(*), sum(value) from deals where tenant_id = ? and pipeline_id = ? and deleted_at is null group by stage_id, currency", tenant, pipeline],
      ...stages.map(({ id }) => ["select * from deals where tenant_id = ? and stage_id = ? and deleted_at is null order by rank, id limit 21", tenant, id]),
    ],
  };
}

/** By hand: the row and its words; no history, no event, no values to be found by. */
function writes({ tenant }, { ids }) {
  const at = (n, count = 1) => Array.from({ length: count }, (_, index) => ids[(n * count + index) % ids.length]);
  const score = (n) => (n * 7) % 100;
  return [
    {
      name: "create",
      ask: (n) => ({ method: "POST", path: "leads", body: { name: `Ada Nova ${n}`, email: `ada${n}@example.com`, phone: "+55 11 91234-5678", source: "website", description: "cliente pediu proposta com desconto", custom: { segment: "agro" } } }),
      sql: (n) => {
        const id = crypto.randomUUID();
        return [
          ["insert into leads (id, tenant_id, version, custom, tags, created_at, updated_at, name, email, phone, status, source, score, description) values (?, ?, 1, '{\"segment\":\"agro\"}', '[]', ?, ?, ?, ?, '+55 11 91234-5678', 'new', 'website', 0, 'cliente pediu proposta com desconto')", id, tenant, Date.now(), Date.now(), `Ada Nova ${n}`, `ada${n}@example.com`],
          ["insert into search_documents (tenant_id, kind, record_id, scope, title, body) values (?, 'lead', ?, ?, ?, 'cliente pediu proposta com desconto')", tenant, id, `t${tenant.replaceAll("-", "")} klead`, `Ada Nova ${n}`],
        ];
      },
    },
    { name: "update of a field", ask: (n) => ({ method: "PATCH", path: `leads/${at(n)}`, body: { score: score(n) } }), sql: (n) => [["update leads set score = ?, version = version + 1, updated_at = ? where id = ? and tenant_id = ?", score(n + 1), Date.now(), at(n)[0], tenant]] },
    { name: "bulk update of 100", ask: (n) => ({ method: "POST", path: "leads/bulk", body: { action: "update", ids: at(n, 100), change: { score: score(n) } } }), sql: (n) => [["update leads set score = ?, version = version + 1, updated_at = ? where tenant_id = ? and id in (select value from json_each(?))", score(n + 1), Date.now(), tenant, JSON.stringify(at(n, 100))]] },
  ];
}
