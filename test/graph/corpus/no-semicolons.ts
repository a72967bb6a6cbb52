import { workflow, crm, actions } from 'everstep'

const ids = ['a', 'b']

export default workflow({ id: 'bare' }, async ({ step }) => {
  let total = 0
  for (const id of ids)
    for (let n = 0; n < 3; n++)
      total += await step.do(`count ${id} ${n}`, () => n)

  ;[1, 2].forEach(n => { total += n })
  ;(await crm.leads.find()).map(l => l.id)
  const x = total > 3 ? await crm.tasks.count() : 0
  x && await actions.notify({ to: { role: 'admin' }, title: 'many' })
  if (x) return total
  else await step.sleep('s', 1)
  return (
    // what it was
    total
  )
})
