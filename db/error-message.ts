/**
 * What of an error may stand in a log line. The database's client puts the parameters of a
 * statement into its message, and they are what people wrote: they are cut off.
 * @module
 */
const longest = 1_000;

export function errorMessage(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const isQuery = error.message.startsWith("Failed query:");
  const cause = isQuery && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  // A statement written by hand may have values in it as well.
  return `${isQuery ? "a statement failed" : error.message}${cause}`.slice(0, longest);
}
