/** `costspan local`: the receiver and the page, until Ctrl-C. */

import { readConfig } from '../../instrumentation/config.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import { startLocal, type Local, type LocalOptions } from '../../local/server.ts'
import { LocalProblem } from '../../local/problem.ts'
import { dollars } from '../../local/page/amounts.ts'
import { Failure, Misuse, type Command, type ExitCode } from '../command.ts'
import { baselineOption, budgetOption, parseOptions, sizeOption, wholeNumber } from '../options.ts'
import { bookFor } from '../price-book.ts'

const help = `
costspan local [--port 4318] [--db FILE] [--max-size 1GB] [--budget USD] [--baseline OUTCOME=USD]

Receives OpenTelemetry spans of LLM calls on this machine (OTLP/HTTP, JSON or protobuf) and shows what they cost.

  --port N    port on 127.0.0.1 for receiver and page; default 4318, the OTLP/HTTP default; 0 picks a free one
  --db FILE   keep what comes in this SQLite file; default: in memory only
  --max-size SIZE
              of that file, such as 500MB; default 1GB, in memory 256MB. Beyond it the oldest single calls go;
              their spend by hour, service, feature, team, prompt and model stays
  --budget USD
              what the page takes for the budget of a month
  --baseline OUTCOME=USD
              what the page takes for the cost of an outcome otherwise, such as ticket.resolved=18; may be repeated
  --help      this text

Ends with Ctrl-C. Needs no account, no network and no container.
`

export const local: Command = {
  name: 'local',
  summary: 'receives spans on this machine and shows what they cost, live',
  help,
  async run(args) {
    const { values } = parseOptions('local', args, {
      port: { type: 'string', default: '4318' },
      db: { type: 'string' },
      'max-size': { type: 'string' },
      budget: { type: 'string' },
      baseline: { type: 'string', multiple: true },
    })
    if (values.db === '') throw new Misuse('--db: must name a file')
    const port = wholeNumber('port', values.port, { min: 0, max: 65_535 })
    const size = values['max-size']
    const book = await bookFor('local', [])
    const { costs: rules, problems } = readConfig()
    for (const problem of problems) process.stderr.write(`costspan local: ${problem}\n`)
    return await serve({
      port,
      price: (request) => price(book, request),
      rules,
      defaults: {
        ...(values.budget === undefined ? {} : { budgetUsd: budgetOption(values.budget) }),
        baselines: new Map(values.baseline?.map(baselineOption)),
      },
      ...(values.db === undefined ? {} : { db: values.db }),
      ...(size === undefined ? {} : { maxBytes: sizeOption('max-size', size) }),
    })
  },
}

async function serve(options: LocalOptions): Promise<ExitCode> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const running = await start({ ...options, notice: (line) => say(`costspan local: ${line}`) })
  say(`Spend of LLM calls on this machine: ${running.url}`)
  say(`Send them there with             OTEL_EXPORTER_OTLP_ENDPOINT=${running.url}`)
  say(`An application that has no telemetry: node --require costspan/register app.js`)
  say(options.db === undefined ? 'Kept in memory; --db FILE keeps it.' : `Kept in ${options.db}.`)
  say('Ctrl-C ends it.')
  await interrupted()
  const summary = summaryOf(running)
  await running.close()
  say(summary)
  return 0
}

/** @throws Failure with one line where the port or the file can't be used. */
async function start(options: LocalOptions): Promise<Local> {
  try {
    return await startLocal(options)
  } catch (error) {
    if (error instanceof LocalProblem) throw new Failure(`costspan local: ${error.message}`)
    throw error
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

function summaryOf({ store }: Local): string {
  const { calls, usd, unpricedCalls } = store.totals()
  const unpriced = unpricedCalls === 0 ? '' : `, ${unpricedCalls} of them unpriced`
  return `costspan local: ${calls} ${calls === 1 ? 'call' : 'calls'}, ${dollars(usd)}${unpriced}`
}
