/** What the tests of templates share. */
import { type TestOptions, type TestRun, testWorkflow } from "everstep/testing";

export interface Mail {
  to: string | string[];
  subject: string;
  text: string;
}

const of = (run: Pick<TestRun, "acted">, action: string): unknown[] => run.acted.flatMap((acted) => (acted.action === action ? [acted.params] : []));

export const mailsOf = (run: Pick<TestRun, "acted">): Mail[] => of(run, "send_email") as Mail[];
/** Titles of what people were told, and who was. */
export const toldBy = (run: Pick<TestRun, "acted">): [unknown, string][] => (of(run, "notify") as { to: unknown; title: string }[]).map(({ to, title }) => [to, title]);

export const users = [
  { id: "ann", role: "admin" },
  { id: "mia", role: "manager" },
  { id: "olga", role: "member" },
  { id: "paul", role: "member" },
  { id: "tess", role: "technician" },
  { id: "tom", role: "technician" },
];

/** In the tenant of the test, with a crash after every step. */
export function starting(workflow: unknown) {
  return (input: unknown, records: Record<string, readonly object[]>, more: TestOptions = {}): Promise<TestRun<unknown>> =>
    testWorkflow(workflow as Parameters<typeof testWorkflow>[0], { input, crm: { users, records: records as Record<string, Record<string, unknown>[]> }, crashEveryStep: true, ...more });
}

/** How it ended: an error is shown instead of being passed over. */
export const endOf = ({ error, output }: TestRun<unknown>): unknown => error ?? output;
