/** `costspan doctor`: what is hooked, exported and priced, and what is not. */

import { Misuse, type Command } from '../command.ts'
import { findingLines } from '../doctor/finding.ts'
import { diagnoseRun } from '../doctor/run.ts'
import { surroundings } from '../doctor/surroundings.ts'
import { parseOptions } from '../options.ts'

const help = `
costspan doctor [--json]
costspan doctor [--json] -- COMMAND

Says what is hooked, exported and priced, what is not, and what to do about it.

Alone it looks at the surroundings: Node, the installation in this folder, settings, prices, who takes the telemetry
(one request without a span), clients and whether they are seen. Exit 0: all is well, 1: something is to be mended.

With a command, such as node app.js or npm start, it runs it with costspan preloaded and says at its end what was seen:
calls by provider and model, priced or why not, attributed or not, exported or refused, what looked like calls and was
not taken for any. The command's input, output, signals and exit code are its own; the report goes to stderr.

  --json   the same as JSON: on stdout, or with a command as the last line of stderr
  --help   this text

Of what the application sends it keeps hosts, paths, models and counts: no prompt, no user, no key, no query.
`

export const doctor: Command = {
  name: 'doctor',
  summary: 'says what is hooked, exported and priced, and what is not; with a command it runs it',
  help,
  async run(args) {
    const end = args.indexOf('--')
    const own = end === -1 ? args : args.slice(0, end)
    const { values } = parseOptions('doctor', own, { json: { type: 'boolean', default: false } })
    if (end !== -1) {
      const [program, ...rest] = args.slice(end + 1)
      if (program === undefined) {
        throw new Misuse('costspan doctor: no command after --, such as: -- node app.js')
      }
      return await diagnoseRun(program, rest, values)
    }
    const findings = await surroundings(process.cwd())
    const well = findings.every(({ state }) => state !== 'mend')
    if (values.json)
      process.stdout.write(`${JSON.stringify({ well, findings: findings }, null, 2)}\n`)
    else process.stdout.write(findingLines(findings, process.stdout))
    return well ? 0 : 1
  },
}
