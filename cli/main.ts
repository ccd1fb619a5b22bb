#!/usr/bin/env node
/** `costspan`: finds the command, runs it, turns its error into one line and an exit code. */

import { Failure, Misuse, type Command } from './command.ts'

/** Each command is loaded when it is named, so that `--help` and a mistake cost nothing. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  local: async () => (await import('./commands/local.ts')).local,
  report: async () => (await import('./commands/report.ts')).report,
  explain: async () => (await import('./commands/explain.ts')).explain,
  price: async () => (await import('./commands/price.ts')).price,
  prices: async () => (await import('./commands/prices.ts')).prices,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  whatif: async () => (await import('./commands/whatif.ts')).whatif,
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stderr.write(await overview())
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    throw new Misuse(`costspan: no command '${name}'. Allowed: ${Object.keys(commands).join(', ')}`)
  }
  const command = await load()
  // What stands behind `--` is another program's.
  const [end = rest.length] = [rest.indexOf('--')].filter((at) => at !== -1)
  const own = rest.slice(0, end)
  if (own.includes('--help') || own.includes('-h')) {
    process.stderr.write(`${command.help.trim()}\n`)
    return 0
  }
  return await command.run(rest)
}

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map((command) => command.name.length))
  const lines = all.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `costspan: the dollars and the reason on every LLM call\n\n${lines.join('\n')}\n\n  costspan COMMAND --help for its options\n`
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    if (error instanceof Misuse || error instanceof Failure) {
      process.stderr.write(`${error.message}\n`)
      process.exitCode = error instanceof Misuse ? 2 : 1
      return
    }
    throw error
  },
)
