import { WorkflowEntrypoint, WorkflowEvent, WorkflowStep } from 'cloudflare:workers'
import { NonRetryableError } from 'cloudflare:workflows'

interface Env { KV: KVNamespace; ANOTHER: Fetcher }

export class MyWorkflow extends WorkflowEntrypoint<Env, { customer_id: string, month: number }> {
  async run(event: WorkflowEvent<{ customer_id: string, month: number }>, step: WorkflowStep) {
    const customerId = event.payload.customer_id
    // idempotent: look before charging
    await step.do(`charge ${customerId} for its monthly subscription`, async () => {
      const subscription = await fetch(`https://payment.processor/subscriptions/${customerId}`).then((res) => res.json())
      if (subscription.charged) return
      return await fetch(`https://payment.processor/subscriptions/${customerId}`, { method: 'POST', body: JSON.stringify({ amount: 10.0 }) })
    })

    const imageList: string[] = await Promise.all([
      step.do('get first cutest cat from KV', async () => { return await this.env.KV.get('cutest-http-cat-1') }),
      step.do('get second cutest cat from KV', async () => { return await this.env.KV.get('cutest-http-cat-2') }),
    ])

    for (let i = 0, len = imageList.length; i < len; i++)
      await step.do(`log cat ${i}`, async () => console.log(imageList[i]))

    if (imageList.length == 0) throw new NonRetryableError('event.payload did not contain the required data')
    const { winner } = await step.do('race', async () => ({ winner: imageList[0] }))
    await step.sleepUntil('christmas', new Date('2030-12-25'))
    return winner
  }
}
