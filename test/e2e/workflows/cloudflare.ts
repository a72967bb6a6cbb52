// Written for Cloudflare Workflows, with nothing of this platform in it.
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { NonRetryableError } from "cloudflare:workflows";

type Env = {
  MY_WORKFLOW: Workflow;
};

type Params = {
  email: string;
  metadata: Record<string, string>;
};

export class MyWorkflow extends WorkflowEntrypoint<Env, Params> {
  async run(event: WorkflowEvent<Params>, step: WorkflowStep) {
    const files = await step.do("my first step", async () => {
      return {
        inputParams: event,
        files: ["doc_7392_rev3.pdf", "report_x29_final.pdf", "memo_2024_05_12.pdf"],
      };
    });

    const waitForApproval = await step.waitForEvent<{ approved: boolean }>("request-approval", {
      type: "approval",
      timeout: "1 minute",
    });

    await step.sleep("wait on something", "1 second");
    await step.sleepUntil("wait until then", Date.now() + 500);

    const written = await step.do(
      "make a call to write that could maybe, just might, fail",
      {
        retries: {
          limit: 5,
          delay: 100,
          backoff: "exponential",
        },
        timeout: "15 minutes",
      },
      async (ctx) => {
        if (ctx.attempt < 3) throw new Error("API call to $STORAGE_SYSTEM failed");
        return `written at attempt ${ctx.attempt}`;
      },
    );

    return { to: event.payload.email, instance: event.instanceId, files: files.files.length, asked: files.inputParams.payload.metadata, approved: waitForApproval.payload.approved, written };
  }
}

export class HTTPImportV2 extends WorkflowEntrypoint<Env, { url?: string }> {
  async run(event: WorkflowEvent<{ url?: string }>, step: WorkflowStep) {
    await step.do("check the input", async () => {
      if (!event.payload.url) throw new NonRetryableError("event.payload did not contain the expected `url`");
    });
    return event.payload.url;
  }
}

export class Reminder extends WorkflowEntrypoint<Env> {
  static id = "remind-me";

  async run(_event: WorkflowEvent<unknown>, step: WorkflowStep) {
    try {
      await step.do("try something that has to fail", async () => {
        throw new NonRetryableError("it is over", "OverError");
      });
    } catch (error) {
      return await step.do("clean up", async () => `cleaned up after: ${(error as Error).message}`);
    }
    return "not reached";
  }
}

export default {
  async fetch(req: Request, env: Env): Promise<Response> {
    const instance = await env.MY_WORKFLOW.create({ params: { url: req.url } });
    return Response.json({ id: instance.id, details: await instance.status() });
  },
};
