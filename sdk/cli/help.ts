/**
 * `everstep help`.
 * @module
 */
import type { Command } from "./command.ts";

const groups: ReadonlyArray<readonly [string, readonly string[]]> = [
  ["Write", ["init", "dev", "deploy", "test", "types"]],
  ["Run", ["run", "executions", "logs", "events", "approve"]],
  ["Steer", ["pause", "resume", "cancel", "retry"]],
  ["Look after", ["workflows", "deployments", "hooks", "variables"]],
  ["Sign in", ["login", "logout", "whoami"]],
];

const columns = (rows: ReadonlyArray<readonly [string, string]>): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
};

export function overview(commands: Readonly<Record<string, Command>>): string {
  const sections = groups.map(([title, names]) => {
    const rows = names.flatMap((name) => (commands[name] ? [[name, commands[name].summary] as const] : []));
    return `${title}\n${columns(rows)}`;
  });
  return `everstep COMMAND [ARGUMENTS]\n\n${sections.join("\n\n")}\n\neverstep help COMMAND tells more; everstep --version tells the version.\n`;
}

const commonFlags: ReadonlyArray<readonly [string, string]> = [
  ["--json", "print one JSON document to stdout, remarks to stderr"],
  ["--url URL, --api-key KEY", "the server; default: EVERSTEP_URL and EVERSTEP_API_KEY, else your session there, else the local one"],
];

export function helpFor(name: string, { usage, summary, flags = [], more }: Command): string {
  const local = new Set(["init", "test"]);
  const all = [...flags, ...(local.has(name) ? [] : commonFlags)];
  return `everstep ${usage}\n\n${summary}\n${all.length > 0 ? `\n${columns(all)}\n` : ""}${more ? `\n${more}\n` : ""}`;
}
