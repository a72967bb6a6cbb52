import type { Command } from "../command.ts";
import { checkCommand } from "./check.ts";
import { loginCommand, logoutCommand, whoamiCommand } from "./account.ts";
import { deployCommand, deploymentsCommand } from "./deploy.ts";
import { devCommand } from "./dev.ts";
import { eventsCommand } from "./events.ts";
import { executionsCommand } from "./executions.ts";
import { hooksCommand } from "./hooks.ts";
import { initCommand } from "./init.ts";
import { logsCommand } from "./logs.ts";
import { runCommand } from "./run.ts";
import { approveCommand, cancelCommand, pauseCommand, resumeCommand, retryCommand } from "./steer.ts";
import { templatesCommand } from "./templates.ts";
import { testCommand } from "./test.ts";
import { typesCommand } from "./types.ts";
import { variablesCommand } from "./variables.ts";
import { workflowsCommand } from "./workflows.ts";

/** Every command by name. */
export const commands: Readonly<Record<string, Command>> = {
  init: initCommand,
  dev: devCommand,
  deploy: deployCommand,
  check: checkCommand,
  test: testCommand,
  types: typesCommand,
  run: runCommand,
  executions: executionsCommand,
  logs: logsCommand,
  events: eventsCommand,
  approve: approveCommand,
  pause: pauseCommand,
  resume: resumeCommand,
  cancel: cancelCommand,
  retry: retryCommand,
  workflows: workflowsCommand,
  templates: templatesCommand,
  deployments: deploymentsCommand,
  hooks: hooksCommand,
  variables: variablesCommand,
  login: loginCommand,
  logout: logoutCommand,
  whoami: whoamiCommand,
};
