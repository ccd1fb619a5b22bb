/**
 * The support bot and its provider, for a pipeline that is already there: what `docker compose --profile demo up` runs.
 *
 * node app.js --endpoint URL --seconds N
 * Ends with a line of JSON: what the provider billed.
 */

import { parseArgs } from 'node:util'
import { startSimulator } from '../simulator/server.ts'
import { missingClients, perform } from '../stage.ts'
import { storyScenario } from '../story/scenario.ts'

const OPTIONS = {
  endpoint: { type: 'string', default: 'http://127.0.0.1:4318' },
  seconds: { type: 'string', default: '240' },
} as const

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  const missing = missingClients()
  if (missing.length > 0)
    throw new Error(`run npm ci first: ${missing.join(', ')} is not installed`)
  if (!(Number(values.seconds) >= 5)) {
    throw new Error(`--seconds ${values.seconds}: a number of seconds, 5 or more`)
  }
  const simulator = await startSimulator({ scenario: storyScenario(), keep: 10 })
  const bot = perform('support-bot', {
    simulator: simulator.url,
    endpoint: values.endpoint,
    arguments: ['--seconds', values.seconds],
    tell: (line) => console.error(line),
  })
  process.once('SIGTERM', () => bot.stop())
  process.exitCode = Math.abs(await bot.ended)
  process.stderr.write(bot.complaints())
  const { told, calls } = simulator.ledger.totals()
  console.log(JSON.stringify({ calls, usd: told.usd }))
  await simulator.close()
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
})
