import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import type { Command } from "../command.ts";
import { CommandError, exitCodes } from "../failure.ts";
import { packageRoot, packageVersion } from "../package.ts";
import { writeTemplate } from "./templates.ts";

/** Files that a fresh folder may hold already. */
const harmless = new Set([".git", ".gitignore", "README.md", "LICENSE", ".everstep", ".DS_Store"]);

/** Names that npm would treat specially inside a package travel under others. */
const renamed = { "_package.json": "package.json", _gitignore: ".gitignore" };

export const initCommand: Command = {
  usage: "init [FOLDER]",
  summary: "Make a small project: a workflow, its test, strict types.",
  flags: [["--template ID", "with the workflow of a template (everstep templates); into a project that is there only that"]],
  more: "Default: the working folder. Nothing that is there is overwritten.",
  options: { template: { type: "string" } },
  positionals: [0, 1],
  async run({ positionals: [folder = "."], flags, out, connect }) {
    const root = resolve(folder);
    const id = flags.text("template");
    const template = id === undefined ? null : await connect().client.templates.get(id);
    if (template && existsSync(join(root, "package.json"))) {
      writeTemplate(root, template, out);
      return exitCodes.ok;
    }
    refuseOverwrite(root, folder);
    mkdirSync(root, { recursive: true });
    cpSync(join(packageRoot, "cli", "templates", "project"), root, { recursive: true, force: false, filter: (source) => basename(source) !== "node_modules" });
    for (const [from, to] of Object.entries(renamed)) {
      if (existsSync(join(root, to))) rmSync(join(root, from));
      else renameSync(join(root, from), join(root, to));
    }
    fillIn(join(root, "package.json"), root);
    if (template) writeTemplate(root, template, null);
    const files = listFiles(root);
    out.json({ folder: root, files });
    out.print(`Made a project in ${root}`);
    for (const file of files) out.print(`  ${file}`);
    out.print(`\nNext:\n${folder === "." ? "" : `  cd ${folder}\n`}  npm install\n  npx everstep test\n  npx everstep deploy && npx everstep run welcome --input '{"name":"Ada"}' --wait`);
    return exitCodes.ok;
  },
};

function refuseOverwrite(root: string, folder: string): void {
  if (!existsSync(root)) return;
  const there = readdirSync(root).filter((name) => !harmless.has(name));
  if (there.length === 0) return;
  throw new CommandError(exitCodes.usage, `${folder === "." ? "this folder" : folder} is not empty (${there.slice(0, 3).join(", ")}${there.length > 3 ? ", …" : ""})`, "Name a new folder: everstep init my-workflows");
}

function fillIn(path: string, root: string): void {
  const name = basename(root).toLowerCase().replace(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+/, "") || "my-workflows";
  const text = readFileSync(path, "utf8").replace("PROJECT_NAME", name).replace("EVERSTEP_VERSION", dependency());
  writeFileSync(path, text);
}

/** How the new project gets everstep: from where this copy came from. */
function dependency(): string {
  const parent = dirname(packageRoot);
  if (basename(parent) !== "node_modules") return `file:${packageRoot}`;
  const lock = join(parent, ".package-lock.json");
  const installed = existsSync(lock) ? (JSON.parse(readFileSync(lock, "utf8")) as { packages?: Record<string, { resolved?: string }> }) : {};
  const resolved = installed.packages?.["node_modules/everstep"]?.resolved;
  if (resolved?.startsWith("file:")) return `file:${resolve(dirname(parent), resolved.slice("file:".length))}`;
  return `^${packageVersion}`;
}

function listFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === ".git" || entry.name === ".everstep") continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else found.push(relative(root, path));
    }
  };
  visit(root);
  return found.sort();
}
