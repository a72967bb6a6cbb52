// One generated lead, and what became of it.
import { campaigns, cities, companyHeads, companyTails, firstNames, jobs, lastNames, legalForms, rareWord, segments, sources, words } from "./vocabulary.mjs";

const hour = 3_600_000;
const day = 24 * hour;
const plain = (text) => text.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("ø", "o").replaceAll("Ø", "O").replaceAll("Ł", "L").toLowerCase();

/** @returns leads of a tenant, from the oldest to the newest */
export function* leadsOf({ count, chance, from, to, owners, tags, rareEvery }) {
  for (let index = 0; index < count; index++) {
    // More every year.
    const at = Math.floor(from + (to - from) * ((index + chance.next()) / count) ** 0.75);
    yield lead(index, Math.min(at, to - 1), { chance, to, owners, tags, rare: index % rareEvery === rareEvery - 1 });
  }
}

function lead(index, at, { chance, to, owners, tags, rare }) {
  const [first, last] = [chance.early(firstNames), chance.early(lastNames)];
  const name = chance.maybe(0.35) ? `${first} ${chance.early(lastNames)} ${last}` : `${first} ${last}`;
  const company = chance.maybe(0.6) ? `${chance.of(companyHeads)} ${chance.of(companyTails)} ${chance.of(legalForms)}`.trim() : null;
  const owner = chance.maybe(0.96) ? chance.early(owners) : null;
  const source = chance.early(sources);
  const history = historyOf(at, to, chance);
  const { status, at: since } = history.at(-1);
  const said = chance.maybe(0.4) || rare ? Array.from({ length: 6 + chance.below(14) }, () => chance.early(words)).join(" ") : null;
  const row = {
    id: chance.id(at),
    version: history.length,
    custom: { segment: chance.early(segments), employees: Math.ceil(2 ** (chance.next() * 14)) },
    tags: tags.filter((_, place) => chance.maybe(0.25 / (place + 1))),
    created_at: at,
    updated_at: since,
    created_by: null,
    deleted_at: null,
    merged_into: null,
    name,
    email: chance.maybe(0.85) ? `${plain(first)}.${plain(last)}${index}@${company && chance.maybe(0.5) ? `${plain(company.split(" ")[0])}.com.br` : "example.com"}` : null,
    phone: chance.maybe(0.8) ? `+55 ${11 + chance.below(80)} 9${String(1000 + chance.below(9000))}-${String(chance.below(10_000)).padStart(4, "0")}` : null,
    company_name: company,
    job_title: company ? chance.early(jobs) : null,
    website: null,
    city: chance.early(cities),
    country: "Brasil",
    status,
    lost_reason: status === "lost" ? "price" : null,
    source,
    campaign: ["ads", "website", "email"].includes(source) && chance.maybe(0.7) ? chance.early(campaigns) : null,
    score: Math.floor(chance.next() ** 2 * 100),
    category_id: null,
    description: rare ? `${said} ${rareWord}` : said,
    external_id: chance.maybe(0.2) ? `erp-${index}` : null,
    owner_id: owner,
    team_id: null,
    status_changed_at: since,
    last_reply_at: null,
    converted_at: status === "converted" ? since : null,
    contact_id: null,
    company_id: null,
    deal_id: null,
  };
  return { row, history };
}

/** New, then on, most of them not far; nothing in the future. */
function historyOf(at, to, chance) {
  const past = [{ status: "new", at }];
  const on = (status, share, longest) => {
    const next = past.at(-1).at + Math.ceil(chance.next() ** 3 * longest);
    if (next >= to || !chance.maybe(share)) return false;
    past.push({ status, at: next });
    return true;
  };
  if (!on("contacted", 0.82, 10 * day)) return past;
  if (!on("qualified", 0.45, 40 * day)) {
    on(chance.maybe(0.6) ? "lost" : "unqualified", 0.55, 60 * day);
    return past;
  }
  on(chance.maybe(0.3) ? "converted" : "lost", 0.6, 90 * day);
  return past;
}
