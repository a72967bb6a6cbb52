import { WorkflowEntrypoint, type WorkflowStep, type WorkflowEvent } from "cloudflare:workers";

type Params = { imageKey: string };

export class ImageProcessingWorkflow extends WorkflowEntrypoint<Env, Params> {
  async run(event: WorkflowEvent<Params>, step: WorkflowStep) {
    const { imageKey } = event.payload;
    const imageData = await step.do("fetch image", async () => {
      const object = await this.env.BUCKET.get(imageKey);
      if (!object) { throw new Error("no such image"); }
      return await object.arrayBuffer();
    });

    const description = await step.do("generate description", { retries: { limit: 3, delay: 1000 } }, async () => {
      const imageArray = Array.from(new Uint8Array(imageData));
      return await this.env.AI.run("@cf/llava-hf/llava-1.5-7b-hf", { image: imageArray, prompt: "Describe this image in one sentence", max_tokens: 50 });
    });

    await step.waitForEvent("await-image-approval", { type: "approval-for-ai-tagging", timeout: "5 minute" });

    const sizes = [320, 640, 1280];
    const thumbnails = await Promise.all(
      sizes.map((width) =>
        step.do(`resize to ${width}`, async () => {
          const made = await this.env.IMAGES.input(imageData).transform({ width }).output({ format: "image/webp" });
          await this.env.BUCKET.put(`${imageKey}-${width}.webp`, made.image());
          return `${imageKey}-${width}.webp`;
        }),
      ),
    );

    await step.do("publish", async () => { await this.env.BUCKET.put(`public/${imageKey}`, imageData); });
    return { thumbnails, description };
  }
}
