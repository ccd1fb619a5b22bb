// Resolves two tickets, in a process whose end and set-up the environment chooses.
const {
  recordCost,
  recordOutcome,
  withAttribution,
} = require('../../../dist/instrumentation/index.js')

const loaded = () => Object.keys(require.cache).filter((file) => file.includes('/sdk-logs/')).length
const before = loaded()
withAttribution({ feature: 'desk', unit: { type: 'ticket', id: 't1' } }, () => {
  if (process.env.RECORD === 'no') return
  recordOutcome('ticket.resolved', { success: true, value: 18, idempotencyKey: 't1' })
  recordOutcome('ticket.resolved', { success: true, value: 18, idempotencyKey: 't1' })
  recordCost({ component: 'gateway', amount: 0.0004, source: 'invoice', origin: 'allocated' })
})
console.log(`sdk-logs ${before > 0} ${loaded() > 0}`)
if (process.env.THEN === 'exit') process.exit(3)
if (process.env.THEN === 'throw') throw new Error('an error of the application')
if (process.env.THEN === 'stay') setInterval(() => {}, 1_000)
