/**
 * `everstep/client`: start, watch and steer executions from anywhere.
 * @module
 */
export { type Client, createClient, type Decision, type ListOptions, type RetryOptions, type StartOptions, type VariableInput } from "./client.ts";
export { ApiError, ConnectionError } from "./errors.ts";
export type { CustomFieldView, DeploymentSummary, ExecutionPage, ExecutionStarted, WorkflowDetail, WorkflowView } from "./replies.ts";
export type { ClientOptions } from "./transport.ts";
export type { OpenSocket, SocketLike } from "./socket.ts";
export type { Updates, UpdatesOptions } from "./updates.ts";
export type { InputOf, WorkflowId, Workflows } from "./workflows.ts";
export type { ErrorRecord, ExecutionStatus, ExecutionSummary, ExecutionView, LogEntry, StepView } from "../schema/execution.ts";
export type { UpdateEvent } from "../schema/updates.ts";
export type { TemplateDetail, TemplateView } from "../schema/template.ts";
export type { VariableType, VariableView } from "../schema/variable.ts";
export type { DeploymentPreview, MoveList, WorkflowPreview } from "../schema/gate.ts";
export type { InFlight } from "../schema/in-flight.ts";
export type { RerunRequest, RerunView } from "../schema/rerun.ts";
export type { DeploymentRequest, DeploymentView, WorkflowManifest } from "../schema/manifest.ts";
