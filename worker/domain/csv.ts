/**
 * CSV (RFC 4180) that spreadsheets cannot mistake for formulas.
 * @module
 */

/** What makes a spreadsheet compute a cell, also behind spaces; see OWASP, "CSV Injection". */
const formula = /^\s*[=+\-@\t\r|%]/;

function cell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}
