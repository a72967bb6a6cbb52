/**
 * The text of a mail that was given as HTML alone, for readers that show none: words, lines,
 * list items, and where links lead. It goes through the source once and takes whatever it gets.
 * @module
 */

/** What is in these is not for reading. */
const unread = new Set(["style", "script", "head", "title", "template", "noscript"]);
const blocks = new Set(["p", "div", "section", "article", "header", "footer", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "form"]);
const lines = new Set(["br", "tr", "dt", "dd", "hr"]);
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", copy: "©", reg: "®", euro: "€", hellip: "…", ndash: "–", mdash: "—", laquo: "«", raquo: "»", bull: "•" };

export function htmlToText(html: string): string {
  let text = "";
  let link: { href: string; from: number } | null = null;
  for (let at = 0; at < html.length; ) {
    const open = html.indexOf("<", at);
    const words = html.slice(at, open === -1 ? html.length : open);
    text += decoded(words).replaceAll(/\s+/g, " ");
    if (open === -1) break;
    if (html.startsWith("<!--", open)) {
      at = after(html, "-->", open);
      continue;
    }
    const close = after(html, ">", open);
    const [, slash = "", name = ""] = /^<(\/?)([a-z][a-z0-9]*)/i.exec(html.slice(open, open + 20)) ?? [];
    const tag = name.toLowerCase();
    at = close;
    if (slash === "" && unread.has(tag)) at = afterElement(html, tag, close);
    else if (blocks.has(tag)) text += "\n\n";
    else if (lines.has(tag) && slash === "") text += "\n";
    else if (tag === "li" && slash === "") text += "\n- ";
    else if (tag === "td" || tag === "th") text += " ";
    else if (tag === "a" && slash === "") link = { href: hrefOf(html.slice(open, close)), from: text.length };
    else if (tag === "a" && link) {
      text += shown(link.href, text.slice(link.from));
      link = null;
    }
  }
  const tidy = text.split("\n").map((line) => line.replaceAll(/ +/g, " ").trim()).join("\n");
  return `${tidy.replaceAll(/\n{3,}/g, "\n\n").trim()}\n`;
}

/** Behind the next `what`; the end when there is none. */
function after(html: string, what: string, from: number): number {
  const found = html.indexOf(what, from);
  return found === -1 ? html.length : found + what.length;
}

function afterElement(html: string, tag: string, from: number): number {
  const end = new RegExp(`</${tag}\\b`, "gi");
  end.lastIndex = from;
  const found = end.exec(html);
  return found ? after(html, ">", found.index) : html.length;
}

function hrefOf(tag: string): string {
  const [, , double, single, bare] = /\shref\s*=\s*("([^"]*)"|'([^']*)'|([^\s>"']+))/i.exec(tag) ?? [];
  return decoded(double ?? single ?? bare ?? "").trim();
}

/** Where a link leads, unless its words say so already. */
function shown(href: string, words: string): string {
  const said = words.trim();
  const where = href.replace(/^mailto:/i, "");
  return !/^(https?|mailto):/i.test(href) || said === href || said === where ? "" : ` (${where})`;
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff) || code === 0 ? "\ufffd" : String.fromCodePoint(code);
  });
}
