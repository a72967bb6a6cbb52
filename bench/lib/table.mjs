// The result for people.

/** @param {object[]} rows as bench/lib/row.mjs makes them */
export function table(rows) {
  const head = ["measure", "unit", "placement", "Everstep", "bare", "Cloudflare", "× bare", "× better than Cloudflare", "target", ""];
  const lines = rows.map((row) => [
    row.measure,
    row.unit,
    row.placement ?? "",
    show(row.everstep),
    show(row.bare),
    show(row.cloudflare),
    show(row.to_bare),
    show(row.to_cloudflare),
    row.target ?? "",
    row.met === undefined ? "" : row.met ? "reached" : "MISSED",
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column].length)));
  const numeric = new Set([3, 4, 5, 6, 7]);
  const format = (line) => line.map((cell, column) => (numeric.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  ").trimEnd();
  return [format(head), widths.map((width) => "-".repeat(width)).join("  "), ...lines.map(format)].join("\n");
}

const show = (value) => (value === null || value === undefined ? "" : String(value));
