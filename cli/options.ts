/** Options of commands: `node:util` parses, this turns its errors into one clear line. */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { Misuse } from './command.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/**
 * Parses the words of a command. Positional words are refused unless `positionals` is true.
 * @throws Misuse naming the option and what is allowed.
 */
export function parseOptions<T extends Options>(
  command: string,
  args: readonly string[],
  options: T,
  positionals = false,
): ReturnType<typeof parseArgs<{ options: T; strict: true; allowPositionals: boolean }>> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: positionals })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const allowed = Object.keys(options)
      .map((name) => `--${name}`)
      .join(', ')
    throw new Misuse(`costspan ${command}: ${firstSentence(said)} Allowed: ${allowed}`)
  }
}

/** `node:util` appends advice for programmers after the first sentence. */
function firstSentence(message: string): string {
  const end = message.indexOf('. ')
  return end === -1 ? `${message.replace(/\.$/, '')}.` : message.slice(0, end + 1)
}

/**
 * A whole number within bounds.
 * @throws Misuse naming option, value and bounds.
 */
export function wholeNumber(
  option: string,
  value: string,
  bounds: { readonly min: number; readonly max: number },
): number {
  const number = /^\d+$/.test(value) ? Number(value) : NaN
  if (!(number >= bounds.min && number <= bounds.max)) {
    throw new Misuse(
      `--${option} ${value}: must be a whole number from ${bounds.min} to ${bounds.max}`,
    )
  }
  return number
}
